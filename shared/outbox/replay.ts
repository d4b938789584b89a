/**
 * What a person does with messages that were not sent: look at them, have them sent again, or give them up.
 */
import { partitions } from '../platform/id.ts';
import { append, keptStates } from '../reporting/event.ts';
import { change, type Changed } from './change.ts';
import type { KeptFilter, KeptMessage } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import type { HeldRecord } from './record.ts';
import { graceSeconds } from './sweep.ts';

/** Some of the messages that wait for a person. */
export interface KeptPage {
  readonly messages: readonly KeptMessage[];
  /** What the next page begins behind; absent when this is the last. */
  readonly next?: string;
}

/**
 * A page of the messages that wait for a person, in the order of their ids: oldest first, but those with an Idempotency-Key
 * before the others and in no order. 16 queries.
 *
 * @param after where it begins: `next` of the page before.
 * @param limit most messages of the page.
 * @throws RestError when storage cannot be reached.
 */
export async function pageOfKept(
  outbox: Outbox,
  filter: KeptFilter,
  limit: number,
  after = '',
): Promise<KeptPage> {
  const found = await Promise.all(
    partitions.map((partition) => outbox.ledger.kept(partition, filter, after, limit + 1)),
  );
  const sorted = found.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
  const messages = sorted.slice(0, limit);
  const last = messages.at(-1);
  return { messages, ...(last && sorted.length > limit ? { next: last.id } : {}) };
}

/** How many kept messages are read at a time. */
const pageSize = 100;

/** All messages that wait for a person, page after page. @throws RestError when storage cannot be reached. */
export async function* allKept(outbox: Outbox, filter: KeptFilter): AsyncGenerator<KeptMessage> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const { messages, next }: KeptPage = await pageOfKept(outbox, filter, pageSize, after);
    yield* messages;
    after = next;
  }
}

/** What became of a request to replay or discard. */
export type Decision =
  | 'done'
  /** There is no such message. */
  | 'missing'
  /** It does not wait for a person (any more). */
  | 'not-kept'
  /** Its content is gone, so it cannot be sent. */
  | 'no-content';

/**
 * Has a message sent again, with a new lifetime and as if it had never been tried, but not to recipients who have it; same id,
 * same Message-ID.
 *
 * @param lifetime seconds from now to its expiry.
 * @throws RestError when storage cannot be reached.
 */
export async function replay(outbox: Outbox, id: string, now: Date, lifetime: number): Promise<Decision> {
  const replayed = await change<Decision>(outbox, id, (record) => {
    if (!isKept(record)) return { kind: 'refused', refusal: 'not-kept' };
    if (!record.content) return { kind: 'refused', refusal: 'no-content' };
    return {
      kind: 'change',
      change: {
        dueAt: now,
        sweepAt: new Date(now.getTime() + graceSeconds * 1000),
        expiresAt: new Date(now.getTime() + lifetime * 1000),
        attempt: 0,
        events: append(record.events, { at: now.toISOString(), event: 'replayed' }),
      },
    };
  });
  if (replayed.kind === 'changed') await outbox.queue.ring({ v: 1, message: id }, replayed.record.priority);
  return decisionOf(replayed);
}

/** Gives a message up and drops its content. @throws RestError when storage cannot be reached. */
export async function discard(outbox: Outbox, id: string, now: Date): Promise<Decision> {
  const discarded = await change<Decision>(outbox, id, (record) => {
    if (!isKept(record)) return { kind: 'refused', refusal: 'not-kept' };
    const events = append(record.events, { at: now.toISOString(), event: 'discarded' });
    return { kind: 'change', change: { events }, purge: true };
  });
  return decisionOf(discarded);
}

const isKept = ({ state }: HeldRecord): boolean => keptStates.includes(state);

function decisionOf(changed: Changed<Decision>): Decision {
  if (changed.kind === 'changed') return 'done';
  return changed.kind === 'missing' ? 'missing' : changed.refusal;
}
