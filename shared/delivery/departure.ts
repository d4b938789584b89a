/**
 * The fast path: a message that is sent within the call that submits it. It is stored as claimed by this worker, so that nothing is
 * read, taken from a queue or claimed afterwards; should the worker die, the claim lapses and the sweep rings.
 */
import type { HeldRecord, MessageRecord } from '../outbox/record.ts';
import type { Message } from '../message/message.ts';
import { append, type State } from '../reporting/event.ts';
import { admit, choose, send, type DeliverParts } from './attempt.ts';
import { heldFor, hold, sendingEvent } from './claim.ts';

/** A message that may leave at once. */
export interface Departure {
  /** The row to be stored. */
  readonly record: MessageRecord;
  /** Sends what has been stored; gives the state it is in then. @throws RestError when storage cannot be reached. */
  send(stored: HeldRecord): Promise<State>;
  /** Gives the room back. */
  cancel(): void;
}

/**
 * Makes room for a message.
 *
 * @returns undefined when it has to go through the queue: it is to be sent later, or there is no room or no route at the moment.
 * @throws RestError when storage cannot be reached.
 */
export async function prepareDeparture(
  parts: DeliverParts,
  record: MessageRecord,
  message: Message,
): Promise<Departure | undefined> {
  const now = parts.clock.now();
  if (record.dueAt > now) return undefined;
  const plan = await choose(parts, record, message, []);
  if (plan.kind !== 'send') return undefined;
  const { route } = plan;
  const admission = await admit(parts, record, message, route, 0);
  if (!admission.admitted) return undefined;
  const release = () => admission.release();
  return {
    record: {
      ...record,
      state: 'sending',
      attempt: 1,
      ...heldFor(parts.lease, now),
      events: append(record.events, sendingEvent(now, 1, route, record.mailbox)),
    },
    async send(stored) {
      const content = stored.content && (await parts.outbox.contents.open(stored.content));
      if (!content) {
        release();
        return stored.state;
      }
      const turn = await send(parts, { claim: hold(parts, stored, route.mailbox), content, route, release });
      return turn === 'nothing' || turn === 'early' || turn === 'paced' ? stored.state : turn;
    },
    cancel: release,
  };
}
