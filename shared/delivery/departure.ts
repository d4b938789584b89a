/**
 * The fast path: a message that is sent within the call that submits it. It is stored as claimed by this worker, so that nothing is
 * read, taken from a queue or claimed afterwards; should the worker die, the claim lapses and the sweep rings.
 */
import type { HeldRecord, MessageRecord } from '../outbox/record.ts';
import type { Message } from '../message/message.ts';
import { describeError } from '../platform/log.ts';
import { append, type State } from '../reporting/event.ts';
import { admit, attempt, choose, send, type DeliverParts } from './attempt.ts';
import { audienceOf, type Audience } from './audience.ts';
import { heldFor, hold, sendingEvent } from './claim.ts';
import type { Route } from './route.ts';
import type { Turn } from './settle.ts';

/** A message that may leave at once. */
export interface Departure {
  /** The row to be stored. */
  readonly record: MessageRecord;
  /** Sends what has been stored; gives the state it is in then. Never rejects: what has been stored has been accepted. */
  send(stored: HeldRecord): Promise<State>;
  /** Gives the room back. */
  cancel(): void;
}

/**
 * Makes room for a message.
 *
 * @returns undefined when it has to go through the queue: it is to be sent later, there is no room or no route at the moment, or
 *   nobody can tell whether there is.
 */
export async function prepareDeparture(
  parts: DeliverParts,
  record: MessageRecord,
  message: Message,
): Promise<Departure | undefined> {
  const now = parts.clock.now();
  if (record.mode === 'test') return record.dueAt > now ? undefined : rehearsal(parts, record);
  const room = record.dueAt > now ? undefined : await findRoom(parts, record, message);
  if (!room) return undefined;
  const { audience, route, release } = room;
  return {
    record: {
      ...record,
      state: 'sending',
      attempt: 1,
      ...heldFor(parts.lease, now),
      events: append(record.events, sendingEvent(now, 1, route, record.mailbox)),
    },
    async send(stored) {
      try {
        const content = stored.content && (await parts.outbox.contents.open(stored.content));
        if (!content) return stored.state;
        const turn = await send(parts, {
          claim: hold(parts, stored, route.mailbox),
          content,
          audience,
          route,
          release,
        });
        return isState(turn) ? turn : stored.state;
      } catch (error) {
        parts.log('warn', 'delivery.departure-failed', { message: stored.id, error: describeError(error) });
        return stored.state;
      } finally {
        release(false);
      }
    },
    cancel: () => release(true),
  };
}

/** In mode `test` there is nothing to make room for. */
const rehearsal = (parts: DeliverParts, record: MessageRecord): Departure => ({
  record,
  async send(stored) {
    try {
      const turn = await attempt(parts, stored);
      return isState(turn) ? turn : stored.state;
    } catch (error) {
      parts.log('warn', 'delivery.departure-failed', { message: stored.id, error: describeError(error) });
      return stored.state;
    }
  },
  cancel: () => undefined,
});

const isState = (turn: Turn): turn is Extract<Turn, State> =>
  turn !== 'nothing' && turn !== 'early' && turn !== 'paced' && turn !== 'outage';

async function findRoom(
  parts: DeliverParts,
  record: MessageRecord,
  message: Message,
): Promise<{ audience: Audience; route: Route; release: (refused: boolean) => void } | undefined> {
  try {
    // Its policy has just been asked; but where mail is redirected to is no recipient of the submitter's.
    const audience = await audienceOf(parts.suppressed, message, undefined);
    if (audience.leftOut.length > 0) return undefined;
    const plan = await choose(parts, record, audience, []);
    if (plan.kind !== 'send') return undefined;
    const { route } = plan;
    const admission = await admit(parts, record, audience, route, 0);
    return admission.admitted
      ? { audience, route, release: (refused) => admission.release(refused) }
      : undefined;
  } catch (error) {
    parts.log('warn', 'delivery.no-departure', { message: record.id, error: describeError(error) });
    return undefined;
  }
}
