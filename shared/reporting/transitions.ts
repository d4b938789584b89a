/**
 * The state machine of a message as data: which event may follow in which state. ARCHITECTURE.md has the picture.
 *
 * outbox/record.ts holds every write to this table, so that a mistake anywhere else shows as a defect and not as a message that
 * comes back from its end.
 */
import { stateAfter, type MessageEvent, type State } from './event.ts';

/** The name of an event. */
export type EventName = MessageEvent['event'];

/** What may happen while a message waits, be it for the first time or again. */
const waiting: readonly EventName[] = [
  'sending',
  'deferred',
  'rescheduled',
  'cancelled',
  'failed',
  'expired',
  'dead-lettered',
  // In mode `test`, in which nothing is claimed since nothing is sent.
  'tested',
  // A look into the mailbox tells that an earlier attempt had sent it, or cannot tell; or a worker whose claim had lapsed has news.
  'relayed',
  'unknown',
];

/** What a person may do, and time. */
const kept: readonly EventName[] = ['replayed', 'discarded', 'content-purged'];

/** Which events may follow in a state. A state with none is the end. */
export const transitions: Readonly<Record<State, readonly EventName[]>> = {
  accepted: waiting,
  deferred: waiting,
  sending: ['relayed', 'partly-relayed', 'deferred', 'unknown', 'failed', 'expired', 'dead-lettered'],
  relayed: [],
  tested: [],
  failed: kept,
  expired: kept,
  // The news of a worker whose claim had lapsed: it was sent after all.
  unknown: [...kept, 'relayed'],
  'dead-lettered': kept,
  cancelled: [],
  discarded: [],
};

/**
 * Follows events from a state.
 *
 * @param before the events that led to the state.
 * @param after the same and what has been appended to them; some may have been dropped from the middle.
 * @returns the state they lead to.
 * @throws TypeError when the table does not allow one of them: a defect of the caller.
 */
export function follow(state: State, before: readonly MessageEvent[], after: readonly MessageEvent[]): State {
  const last = before.at(-1);
  const known = after.findLastIndex(({ at, event }) => at === last?.at && event === last.event);
  return after.slice(known + 1).reduce((now, event) => {
    if (transitions[now].includes(event.event)) return stateAfter(now, event);
    throw new TypeError(`A message that is ${now} cannot take the event "${event.event}".`);
  }, state);
}
