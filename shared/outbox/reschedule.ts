/**
 * Sending a message at another time than was said. Its whole lifetime moves along.
 *
 * The doorbell that was put for the old time stays: when it rings too early it is put again for the right time. One is put for the
 * new time at once, since that may be the sooner one.
 */
import { append, waitingStates, type State } from '../reporting/event.ts';
import { change } from './change.ts';
import type { Outbox } from './outbox.ts';
import { graceSeconds } from './sweep.ts';

/** What is wanted of a message. */
export interface Rescheduling {
  readonly id: string;
  /** Whose message it must be. */
  readonly submitter: string;
  /** When to send it; a time that has passed means at once. */
  readonly at: Date;
  readonly now: Date;
  /** Seconds from its time to its expiry. */
  readonly lifetime: number;
}

/**
 * Reschedules.
 *
 * @returns `rescheduled`, or where it stands if it is too late; undefined when there is no such message.
 * @throws RestError when storage cannot be reached.
 */
export async function reschedule(
  outbox: Outbox,
  { id, submitter, at, now, lifetime }: Rescheduling,
): Promise<'rescheduled' | State | undefined> {
  const due = at > now ? at : now;
  const later = (seconds: number) => new Date(due.getTime() + seconds * 1000);
  const changed = await change<State | undefined>(outbox, id, (record) => {
    if (record.submitter !== submitter) return { kind: 'refused', refusal: undefined };
    if (!waitingStates.includes(record.state)) return { kind: 'refused', refusal: record.state };
    const event = { at: now.toISOString(), event: 'rescheduled', scheduledAt: due.toISOString() } as const;
    return {
      kind: 'change',
      change: {
        dueAt: due,
        sweepAt: later(graceSeconds),
        expiresAt: later(lifetime),
        events: append(record.events, event),
      },
    };
  });
  if (changed.kind === 'missing') return undefined;
  if (changed.kind === 'refused') return changed.refusal;
  // The promise is kept without it: the sweep rings for what has not moved.
  const { priority } = changed.record;
  await outbox.queue.ring({ v: 1, message: id }, priority, (due.getTime() - now.getTime()) / 1000);
  return 'rescheduled';
}
