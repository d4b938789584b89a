/**
 * The doorbell: puts entries into the outbox queue. A door.
 */
import type { QueueClient } from '@azure/storage-queue';
import { encodeEntry, type OutboxEntry } from './entry.ts';

/** Azure Queue Storage hides a message for at most 7 days; longer waits are rung again by the sweep. */
const longestDelaySeconds = 7 * 86_400 - 60;

/** Puts entries into the queue. */
export interface OutboxQueue {
  /**
   * @param delaySeconds how long the entry stays invisible; 0 by default.
   * @throws RestError when the queue cannot be reached.
   */
  ring(entry: OutboxEntry, delaySeconds?: number): Promise<void>;
}

/** Opens the queue; it is created the first time it turns out to be missing. */
export function openOutboxQueue(client: QueueClient): OutboxQueue {
  return {
    async ring(entry, delaySeconds = 0) {
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
