/**
 * The doorbell: puts entries into the outbox queue. A door.
 */
import type { QueueClient } from '@azure/storage-queue';
import { encodeEntry, type OutboxEntry, type Priority } from './entry.ts';

/** Azure Queue Storage hides a message for at most 7 days; longer waits are rung again by the sweep. */
const longestDelaySeconds = 7 * 86_400 - 60;

/** Puts entries into the queues. */
export interface OutboxQueue {
  /**
   * @param delaySeconds how long the entry stays invisible; 0 by default.
   * @throws RestError when the queue cannot be reached.
   */
  ring(entry: OutboxEntry, priority: Priority, delaySeconds?: number): Promise<void>;
}

/** Opens the queues; each is created the first time it turns out to be missing. */
export function openOutboxQueue(clients: Readonly<Record<Priority, QueueClient>>): OutboxQueue {
  return {
    async ring(entry, priority, delaySeconds = 0) {
      const client = clients[priority];
      const visibilityTimeout = Math.min(longestDelaySeconds, Math.max(0, Math.ceil(delaySeconds)));
      // -1: never expires. The default of 7 days would silently drop a doorbell of a long outage.
      const options = { visibilityTimeout, messageTimeToLive: -1 };
      const text = encodeEntry(entry);
      try {
        await client.sendMessage(text, options);
      } catch (error) {
        if ((error as { code?: string }).code !== 'QueueNotFound') throw error;
        await client.createIfNotExists();
        await client.sendMessage(text, options);
      }
    },
  };
}
