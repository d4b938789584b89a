/**
 * A worker's claim on a message while it sends: taken by compare-and-swap, renewed while the attempt lasts, and given up when
 * somebody else has taken the message over. A door: it keeps a timer.
 *
 * Sends are much shorter than a lease, so that the plain path writes nothing between claim and result. What is written during an
 * attempt (a renewal, the id of a draft) goes one after another, because each changes the row's ETag.
 */
import type { Clock } from '../platform/clock.ts';
import { describeError, type Log } from '../platform/log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Change, HeldRecord } from '../outbox/record.ts';
import { append, type MessageEvent, type RejectedRecipient } from '../reporting/event.ts';
import type { Route } from './route.ts';
import type { DraftNote } from './transport.ts';

/** What a claim needs from outside. */
export interface ClaimParts {
  readonly outbox: Pick<Outbox, 'records'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Seconds that a claim holds without being renewed. */
  readonly lease: number;
}

/** A message that is ours to send. */
export interface Claim {
  /** The row as this worker last wrote it. */
  readonly record: HeldRecord;
  /** Aborts when the claim is lost: another worker may send the message now. */
  readonly lost: AbortSignal;
  readonly drafts: DraftNote;
  /** Stops renewing, waits for a write under way, and gives the row as it stands then. */
  end(): Promise<HeldRecord>;
}

/** How often a claim is renewed within its length. */
const renewals = 3;

/**
 * Claims a message for an attempt by this route.
 *
 * @param more.before events that go into the same write.
 * @param more.leftOut who does not get it.
 * @returns undefined when somebody else was first.
 * @throws RestError when storage cannot be reached.
 */
export async function claim(
  parts: ClaimParts,
  record: HeldRecord,
  route: Route,
  {
    before = [],
    leftOut = [],
  }: { readonly before?: readonly MessageEvent[]; readonly leftOut?: readonly RejectedRecipient[] } = {},
): Promise<Claim | undefined> {
  const now = parts.clock.now();
  const attempt = record.attempt + 1;
  const plain = sendingEvent(now, attempt, route, record.mailbox);
  const sending = leftOut.length > 0 ? { ...plain, leftOut } : plain;
  const events = [...before, sending].reduce(append, record.events);
  const claimed = await parts.outbox.records.update(record, {
    attempt,
    events,
    progress: record.progress,
    ...heldFor(parts.lease, now),
  });
  return claimed && hold(parts, claimed, route.mailbox);
}

/** The event of an attempt that begins. */
export const sendingEvent = (now: Date, attempt: number, route: Route, mailbox: string): MessageEvent => ({
  at: now.toISOString(),
  event: 'sending',
  attempt,
  transport: route.transport,
  ...(route.mailbox === mailbox ? {} : { mailbox: route.mailbox }),
});

/** The columns of a claim of so many seconds. */
export const heldFor = (seconds: number, now: Date): Required<Pick<Change, 'leaseUntil' | 'sweepAt'>> => {
  const until = new Date(now.getTime() + seconds * 1000);
  return { leaseUntil: until, sweepAt: until };
};

/** Keeps a message that has been claimed already, as one inserted in the state `sending` is. */
export function hold(parts: ClaimParts, claimed: HeldRecord, mailbox: string): Claim {
  const { outbox, clock, log, lease } = parts;
  const lost = new AbortController();
  let record = claimed;
  let writing: Promise<unknown> = Promise.resolve();

  const write = (change: () => Change): Promise<boolean> => {
    const written = writing.then(async () => {
      if (lost.signal.aborted) return false;
      const next = await outbox.records.update(record, change());
      if (next) record = next;
      else lost.abort(new Error('Another worker has taken the message over.'));
      return next !== undefined;
    });
    writing = written.catch(() => undefined);
    return written;
  };

  const renew = async (): Promise<void> => {
    try {
      await write(() => heldFor(lease, clock.now()));
    } catch (error) {
      log('warn', 'delivery.claim-not-renewed', { message: record.id, error: describeError(error) });
      if ((record.leaseUntil ?? clock.now()) <= clock.now()) lost.abort(new Error('The claim has run out.'));
    }
  };
  const timer = setInterval(() => void renew(), (lease * 1000) / renewals);

  return {
    get record() {
      return record;
    },
    lost: lost.signal,
    drafts: {
      ...(record.progress.draft?.mailbox === mailbox ? { draft: record.progress.draft.id } : {}),
      repeated: record.attempt > 1,
      note: (id) =>
        write(() => {
          const { draft: _, ...rest } = record.progress;
          return { progress: id === undefined ? rest : { ...rest, draft: { id, mailbox } } };
        }),
    },
    async end() {
      clearInterval(timer);
      await writing;
      return record;
    },
  };
}
