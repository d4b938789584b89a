/**
 * The line before a mailbox, for the accepting half: when will a message of this submitter probably be sent? GCRA in one row for each
 * mailbox and submitter: an estimate, not a limit.
 *
 * A submitter who sends little is not written down. A process books places in chunks.
 */
import type { Clock } from '../platform/clock.ts';
import type { Rows } from './row.ts';
import { farthest, tolerance } from './window.ts';

/** What a line is made of. */
export interface LineParts {
  readonly rows: Rows;
  readonly partition: string;
  readonly row: string;
  /** Messages that may go at once, and in a minute. Above 0. */
  readonly perMinute: number;
  readonly clock: Clock;
}

/** A line. */
export interface Line {
  /**
   * Takes places, unless the last one comes later than `latest`: who does not wait must not lengthen the line for who does.
   *
   * @returns the time of the last one. Both times in milliseconds since 1970.
   * @throws RestError
   */
  join(count: number, latest: number): Promise<number>;
  /** Whether it says nothing that a new one would not. */
  idle(): boolean;
}

/** The row. Milliseconds since 1970. */
interface Queue {
  /** Theoretical arrival time: when the messages in the line would be through, evenly. */
  readonly tat: number;
  /** Since when there has been a line. */
  readonly start: number;
}

/** The part of a minute's messages that a process accepts without writing it down. */
const unwritten = 1 / 4;

/** Places that a process books at once at first; the next time within a minute twice as many, up to a minute's. */
const chunk = 10;

/** Messages that are told the same time. */
const group = 4;

/** A line that is yet to begin was written by a clock that was wrong. */
const isWrong = ({ start }: Queue, now: number): boolean => start > now + farthest;

/** Opens a line; no request is made. */
export function openLine({ rows, partition, row, perMinute, clock }: LineParts): Line {
  const minute = { limit: perMinute, span: 60_000 };
  /** What the gate lets through when it is full. */
  const step = (minute.span + tolerance(minute)) / perMinute;
  const ownStep = step / unwritten;
  /** GCRA in memory, of what this process accepted: when it would be through at a quarter of the rate. */
  let own = 0;
  /** Accepted and not written down. */
  let debt = 0;
  /** Places booked: the next one's theoretical time, and how many. */
  let places = { next: 0, left: 0, burstEnd: 0 };
  let size = chunk;
  let bookedAt = 0;
  let seen: (Queue & { readonly etag: string | undefined }) | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const now = () => clock.now().getTime();

  /** The theoretical time of the next place behind a line, and when the minute's messages that go at once have gone. */
  const end = ({ tat, start }: Queue, at: number) => ({
    next: Math.max(tat, at) + debt * step,
    burstEnd: (tat > at ? start : at) + perMinute * step,
  });

  /** A minute's messages go at once; the next when that minute is over, in groups, which the gate books together. */
  const told = (place: number, burstEnd: number, at: number): number =>
    place < burstEnd ? at : Math.max(at, place - (place % (group * step)));

  const book = async (count: number): Promise<void> => {
    for (;;) {
      if (!seen) {
        const found = await rows.read(partition, row);
        seen = found
          ? { ...(JSON.parse(found.state) as Queue), etag: found.etag }
          : { tat: 0, start: 0, etag: undefined };
      }
      const at = now();
      if (isWrong(seen, at)) seen = { ...seen, tat: 0, start: 0 };
      const start = seen.tat > at ? seen.start : at;
      const { next, burstEnd } = end(seen, at);
      const tat = next + count * step;
      const etag = await rows.write(partition, row, JSON.stringify({ tat, start }), seen.etag);
      if (etag !== undefined) {
        seen = { tat, start, etag };
        places = { next, left: count, burstEnd };
        debt = 0;
        return;
      }
      seen = undefined;
    }
  };

  const join = async (count: number, latest: number): Promise<number> => {
    const at = now();
    if (seen && isWrong(seen, at)) {
      seen = undefined;
      places.left = 0;
    }
    const owned = Math.min(Math.max(own, at) + count * ownStep, at + 2 * minute.span);
    const few = owned - at <= minute.span;
    if (few && places.left === 0 && (seen?.tat ?? 0) <= at) {
      own = owned;
      debt = Math.min(debt + count, Math.ceil((own - at) / ownStep));
      return at;
    }
    let taken = count;
    if (places.left < count) {
      taken = count - places.left;
      if (seen) {
        const { next, burstEnd } = end(seen, at);
        const soonest = told(next + (taken - 1) * step, burstEnd, at);
        if (soonest > latest) return soonest;
      }
      size = at - bookedAt < minute.span ? Math.min(size * 2, Math.max(chunk, perMinute)) : chunk;
      bookedAt = at;
      places.left = 0;
      await book(Math.max(taken, size));
    }
    const time = told(places.next + (taken - 1) * step, places.burstEnd, at);
    if (time > latest) return time;
    own = owned;
    places = { ...places, next: places.next + taken * step, left: places.left - taken };
    return time;
  };

  return {
    join(count, latest) {
      const joined = last.then(() => join(count, latest));
      last = joined.catch(() => undefined);
      return joined;
    },
    idle: () => own <= now() && (seen?.tat ?? 0) <= now(),
  };
}
