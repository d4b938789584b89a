/**
 * The queue has given up on a doorbell: it was taken many times and never finished, so something in this message or this
 * process breaks the worker. The message is recorded as a dead letter, with its content, instead of vanishing with the entry.
 */
import { change } from '../outbox/change.ts';
import type { OutboxEntry } from '../outbox/entry.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { append, terminalStates } from '../reporting/event.ts';

/**
 * Records a dead letter. Does nothing when the message has come to its end some other way, or is being sent.
 *
 * One of a batch has stopped the turns of the others, or storage has: each gets a doorbell of its own, and the one at fault comes back.
 *
 * @throws RestError when storage cannot be reached; the poison queue then tries again.
 */
export async function deadLetter(
  parts: { readonly outbox: Outbox; readonly clock: Clock; readonly log: Log },
  entry: OutboxEntry,
): Promise<void> {
  if (entry.v === 1) return await bury(parts, entry.message);
  const { records, queue } = parts.outbox;
  for (const { id, state, priority } of await records.getAll(entry.messages)) {
    if (!terminalStates.includes(state)) await queue.ring({ v: 1, message: id }, priority);
  }
}

async function bury(parts: Parameters<typeof deadLetter>[0], id: string): Promise<void> {
  const buried = await change(parts.outbox, id, ({ state, events, leaseUntil }) => {
    const now = parts.clock.now();
    // Another doorbell has brought it to a worker that lives, whose result must not be lost.
    const isSent = state === 'sending' && leaseUntil !== undefined && leaseUntil > now;
    if (isSent || terminalStates.includes(state)) return { kind: 'refused', refusal: state };
    const event = {
      at: now.toISOString(),
      event: 'dead-lettered',
      reason:
        'The queue gave the message up after repeated deliveries that never finished. See the log, then replay it.',
    } as const;
    return { kind: 'change', change: { events: append(events, event) } };
  });
  if (buried.kind !== 'changed') return;
  const { submitter } = buried.record;
  parts.log('error', 'delivery.dead-lettered', { message: id, submitter });
}
