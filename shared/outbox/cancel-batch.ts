/**
 * Taking the messages of a batch back together: those that wait, and those that come later.
 */
import { partitions } from '../platform/id.ts';
import type { Batch } from './batches.ts';
import { cancel } from './cancel.ts';
import type { Outbox } from './outbox.ts';

/** How many messages are looked for in a partition, and cancelled in it at once. */
const atOnce = 16;

/**
 * Cancels a batch. Sixteen questions to storage, which look at every row as those of the sweep do, and some more for each message.
 *
 * @throws RestError when storage cannot be reached; the same again goes on.
 */
export async function cancelBatch(outbox: Outbox, batch: Batch, now: Date): Promise<void> {
  await outbox.batches.cancel(batch);
  for (const partition of partitions) {
    for (;;) {
      const ids = await outbox.ledger.waitingOf(partition, batch, atOnce);
      await Promise.all(ids.map((id) => cancel(outbox, batch.submitter, id, now)));
      if (ids.length < atOnce) break;
    }
  }
}
