/**
 * Taking a message back before it is sent.
 *
 * Cancelling and sending race for the row: each is one write guarded by its ETag, so one of them wins and the other finds out. A
 * message that a worker has claimed is on its way and can no longer be cancelled.
 */
import { append, type State } from '../reporting/event.ts';
import type { Outbox } from './outbox.ts';

/** States in which a message waits. */
const waiting: ReadonlySet<State> = new Set<State>(['accepted', 'deferred']);

/**
 * Cancels.
 *
 * @param submitter whose message it must be.
 * @returns the state it is in then: `cancelled`, or where it stands if it is too late; undefined when there is no such message.
 * @throws RestError when storage cannot be reached.
 */
export async function cancel(
  outbox: Outbox,
  submitter: string,
  id: string,
  now: Date,
): Promise<State | undefined> {
  for (;;) {
    const record = await outbox.records.get(id);
    if (!record || record.submitter !== submitter) return undefined;
    if (!waiting.has(record.state)) return record.state;
    const events = append(record.events, { at: now.toISOString(), event: 'cancelled' });
    if (await outbox.records.update(record, { events }, true)) {
      if (record.content) await outbox.contents.remove(record.content);
      return 'cancelled';
    }
  }
}
