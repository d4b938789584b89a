/**
 * What operators do with the messages of all submitters that were not sent: look at them, have them sent again, give them up.
 *
 * An operator shows a key. A network speaks for a submitter too, but that anything in it may read everybody's mail is more than
 * somebody meant who wrote a CIDR down.
 */
import type { Author } from '../audit/event.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { KeptFilter } from '../outbox/ledger.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { discard, pageOfKept, replay, type Decision, type KeptPage } from '../outbox/replay.ts';
import type { Clock } from '../platform/clock.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { keptStates } from '../reporting/event.ts';
import {
  deadLetterEntry,
  deadLetterView,
  type DeadLetterEntry,
  type DeadLetterView,
} from './dead-letter-view.ts';
import { readFilter, readQuery } from './kept-filter.ts';

/** What may be done with a dead letter. */
export type Verb = 'replay' | 'discard';

/** A page of the list. */
export interface DeadLetterPage {
  readonly data: readonly DeadLetterEntry[];
  /** The query of the next page; absent when this is the last. */
  readonly next?: URLSearchParams;
}

/** What was done with many. */
export interface DeadLetterCounts {
  readonly done: number;
  /** Those for which somebody else was quicker. */
  readonly skipped: number;
  /** Whether there are more that the same request would be for. */
  readonly more: boolean;
}

/** The desk. Who calls has been recognised as an operator. Every method rejects with RestError when storage cannot be reached. */
export interface DeadLetters {
  list(query: URLSearchParams): Promise<Result<DeadLetterPage>>;
  show(author: Author, id: string): Promise<Result<DeadLetterView>>;
  decide(author: Author, verb: Verb, id: string): Promise<Result<void>>;
  /** Decides on all that the filter in the body leaves and that can be decided on, about a thousand at most. */
  decideAll(author: Author, verb: Verb, body: Uint8Array): Promise<Result<DeadLetterCounts>>;
}

/** From this many messages on, a request looks at no more: it is to be answered well within the 230 s that a load balancer waits. */
const mostAtOnce = 1000;

/** How many of them at a time. */
const pageSize = 50;

/** Opens the desk. @param parts `lifetime`: seconds from a replay to the expiry. */
export function openDeadLetters(parts: {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly audit: Pick<AuditTrail, 'changed'>;
  readonly lifetime: number;
}): DeadLetters {
  const { outbox, clock, audit, lifetime } = parts;
  const act = (verb: Verb, id: string): Promise<Decision> => {
    const now = clock.now();
    return verb === 'replay' ? replay(outbox, id, now, lifetime) : discard(outbox, id, now);
  };
  const note = (author: Author, action: 'replayed' | 'discarded' | 'shown', id: string, count = 1) =>
    audit.changed({ ...author, action, entry: `dead-letters/${id}`, rule: 'operator', count });
  return {
    async list(query) {
      const asked = readQuery(query);
      if (!asked.ok) return asked;
      const { filter, limit, cursor } = asked.value;
      const { messages, next } = await pageOfKept(outbox, filter, limit, cursor);
      const further = new URLSearchParams(query);
      if (next !== undefined) further.set('cursor', next);
      return ok({ data: messages.map(deadLetterEntry), ...(next === undefined ? {} : { next: further }) });
    },

    async show(author, id) {
      const record = await outbox.records.get(id);
      if (!record || !keptStates.includes(record.state)) return noSuchLetter();
      const content = record.content && (await outbox.contents.open(record.content));
      await note(author, 'shown', id);
      return ok(deadLetterView(record, content?.message));
    },

    async decide(author, verb, id) {
      const decision = await act(verb, id);
      if (decision === 'done') {
        await note(author, past[verb], id);
        return ok(undefined);
      }
      return decision === 'missing' ? noSuchLetter() : refuse('not-kept', explanations[decision]);
    },

    async decideAll(author, verb, body) {
      const filter = readFilter(body);
      if (!filter.ok) return filter;
      // Those that cannot be replayed are not even read: they stay, and would stand in the way of the rest each time.
      const possible: KeptFilter = verb === 'replay' ? { ...filter.value, replayable: true } : filter.value;
      const counts = await sweepThrough(outbox, possible, (id) => act(verb, id));
      if (counts.done > 0) await note(author, past[verb], '*', counts.done);
      return ok(counts);
    },
  };
}

const past = { replay: 'replayed', discard: 'discarded' } as const;

/** Decides on page after page. */
async function sweepThrough(
  outbox: Outbox,
  filter: KeptFilter,
  act: (id: string) => Promise<Decision>,
): Promise<DeadLetterCounts> {
  let [done, skipped] = [0, 0];
  let after: string | undefined = '';
  while (after !== undefined && done + skipped < mostAtOnce) {
    const { messages, next }: KeptPage = await pageOfKept(outbox, filter, pageSize, after);
    const decisions = await Promise.all(messages.map(({ id }) => act(id)));
    const here = decisions.filter((decision) => decision === 'done').length;
    done += here;
    skipped += messages.length - here;
    after = next;
  }
  return { done, skipped, more: after !== undefined };
}

const noSuchLetter = () =>
  refuse('message-not-found', 'There is no message with this id that waits for a person.');

const explanations = {
  'not-kept': 'The message does not wait for a person (any more): its status says where it stands.',
  'no-content':
    'The content of the message is no longer kept, so it cannot be sent again; it can be discarded.',
} as const;
