/**
 * The doorbell: puts entries into the outbox queues. A door.
 */
import type { QueueClient } from '@azure/storage-queue';
import { putEntry } from '../platform/queue.ts';
import type { OutboxEntry, Priority } from './entry.ts';

/** Puts entries into the queues. */
export interface OutboxQueue {
  /**
   * @param delaySeconds how long the entry stays invisible; 0 by default. More than 7 days count as 7 days: longer waits are rung
   *   again by the sweep.
   * @throws RestError when the queue cannot be reached.
   */
  ring(entry: OutboxEntry, priority: Priority, delaySeconds?: number): Promise<void>;
}

/** Opens the queues; each is created the first time it turns out to be missing. */
export const openOutboxQueue = (clients: Readonly<Record<Priority, QueueClient>>): OutboxQueue => ({
  ring: (entry, priority, delaySeconds = 0) => putEntry(clients[priority], entry, delaySeconds),
});
