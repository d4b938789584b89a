/**
 * Taking a message back before it is sent. One that a worker has claimed is on its way and can no longer be cancelled.
 */
import { append, waitingStates, type State } from '../reporting/event.ts';
import { change } from './change.ts';
import type { Outbox } from './outbox.ts';

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
  const cancelled = await change<State | undefined>(outbox, id, (record) => {
    if (record.submitter !== submitter) return { kind: 'refused', refusal: undefined };
    if (!waitingStates.includes(record.state)) return { kind: 'refused', refusal: record.state };
    const events = append(record.events, { at: now.toISOString(), event: 'cancelled' });
    return { kind: 'change', change: { events }, purge: true };
  });
  if (cancelled.kind === 'missing') return undefined;
  return cancelled.kind === 'changed' ? 'cancelled' : cancelled.refusal;
}
