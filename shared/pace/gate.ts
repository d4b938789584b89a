/**
 * The gate of one row: wants wait here, places are booked for them by compare-and-swap, and given out `high` first.
 *
 * While one write is under way, further wants wait for the next. The ETag of the last write is tried without a read as long as nobody
 * else writes. What was refused once is refused again without a request: places never come earlier.
 */
import type { Clock } from '../platform/clock.ts';
import {
  emptyLedger,
  formatLedger,
  parseLedger,
  plan,
  slotOf,
  withReturns,
  type Ledger,
  type Limit,
  type Pieces,
  type Transport,
  type Want,
} from './ledger.ts';
import { createPurse, type Spent } from './purse.ts';
import type { Rows } from './row.ts';
import { farthest } from './window.ts';

/** Leave to send, or when to come back and why. */
export type Answer =
  | { readonly ok: true; readonly spent: Spent }
  | { readonly ok: false; readonly until: number; readonly reason: string };

/** The gate. Methods throw RestError when storage cannot be reached. */
export interface Gate {
  /** Waits for leave at most until the want's deadline. */
  take(want: Want): Promise<Answer>;
  /** Gives leave back that was not used. */
  putBack(spent: Spent): void;
  slowDown(transport: Transport, until: number): Promise<void>;
  /** When one more message might go, as far as this process knows. */
  estimate(want: Want): number;
  /** Whether nobody waits here. */
  idle(): boolean;
}

/** What a gate is made of. */
export interface GateParts {
  readonly rows: Rows;
  readonly partition: string;
  readonly row: string;
  /** None: everything goes. */
  readonly limits: readonly Limit[];
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
  /** 0 to 1, different from process to process: those who wait for the same place do not all ask at once. */
  readonly stagger: number;
}

const slower: Limit['reason'] = 'Microsoft 365 asked to send more slowly from this mailbox.';

const putBack = 'The clock of the instance that was to send the message was put back.';

/** How far refused wants are spread over the time to come at most, in milliseconds; then from the beginning again. */
const spread = 3_600_000;

const anyWant: Want = { needs: { messages: 1 }, transport: 'graph', high: false, deadline: 0 };

/** How long another process is expected to write again, in milliseconds. */
const memory = 60_000;

/** How many refused wants come back together, so that they are booked together. */
const chunk = 3;

/** Until when a process that has just booked leaves the next places, if they are short, to the others. */
function rested(now: number, next: number, others: number): number {
  return next > now ? next - 2000 + 0.75 * others * (next - now) : 0;
}

interface Waiting {
  readonly want: Want;
  readonly since: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Opens a gate. No request is made before somebody wants something. */
export function openGate({ rows, partition, row, limits, clock, wait, stagger }: GateParts): Gate {
  const purse = createPurse(limits);
  let waiting: Waiting[] = [];
  let seen: { ledger: Ledger; etag: string | undefined } | undefined;
  /** Somebody else wrote lately: until then, reading first is cheaper than losing. */
  let contendedUntil = 0;
  let busy: Promise<unknown> | undefined;
  /** When the want that was refused last comes back, and how many more come with it: together they are booked at once. */
  let comeBack = { at: 0, left: 0 };
  /** How many processes share the gate, by their bookings. */
  let share = { at: 0, booked: 0, processes: 1 };
  const near = 1500 + 1500 * stagger;
  let restUntil = 0;
  let wakeAt = Infinity;
  let newest = 0;

  const now = () => clock.now().getTime();
  const known = () => seen?.ledger ?? emptyLedger;

  /** Changes the row; `compute` may run several times, and ends it with undefined. */
  const change = async (compute: (ledger: Ledger) => Ledger | undefined): Promise<boolean> => {
    let lost = false;
    for (;;) {
      if (!seen || lost || now() < contendedUntil) {
        const found = await rows.read(partition, row);
        if (seen && found?.etag !== seen.etag) contendedUntil = now() + memory;
        seen = found
          ? { ledger: parseLedger(found.state), etag: found.etag }
          : { ledger: known(), etag: undefined };
      }
      const next = compute(seen.ledger);
      if (!next) return false;
      const etag = await rows.write(partition, row, formatLedger(next), seen.etag);
      if (etag !== undefined) {
        seen = { ledger: next, etag };
        return true;
      }
      lost = true;
    }
  };

  /** One change at a time; afterwards whoever waits is looked at again. */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    const before = busy;
    const mine = (async () => {
      await before?.catch(() => undefined);
      await work();
    })();
    busy = mine;
    try {
      await mine;
    } finally {
      if (busy === mine) busy = undefined;
      pump();
    }
  };

  const bookPlaces = async () => {
    const lapsed = purse.takeLapsed(now());
    let gained: Pieces = {};
    let before = 0;
    const written = await change((ledger) => {
      const wants = purse.uncovered(
        waiting.map(({ want }) => want),
        now(),
      );
      const next = plan(limits, withReturns(limits, ledger, lapsed), wants, now(), { near, restUntil });
      gained = next.pieces;
      before = ledger.booked;
      return Object.keys(gained).length > 0 ? next.ledger : undefined;
    });
    if (!written) return purse.add(lapsed);
    purse.add(gained);
    const { booked } = known();
    const others = now() - share.at < 120_000 ? (before - share.booked) / (booked - before) : 0;
    share = { at: now(), booked, processes: Math.min(8, 1 + others) };
    restUntil = rested(now(), slotOf(limits, known(), anyWant, now()).at, others);
  };

  const failAll = (error: unknown) => {
    const failed = waiting;
    waiting = [];
    for (const { reject } of failed) reject(error);
  };

  const refuse = (want: Want, slot: ReturnType<typeof slotOf>): Answer => {
    const asked = known().notBefore[want.transport] ?? 0;
    const reason = (slot.limit ?? (asked > now() ? undefined : limits[0]))?.reason ?? slower;
    if (want.high || !slot.limit || want.deadline <= now()) return { ok: false, until: slot.at, reason };
    if (comeBack.left === 0 || comeBack.at < now()) {
      const step = (chunk * slot.limit.span * (want.needs[slot.limit.name] ?? 1)) / slot.limit.limit;
      const at = Math.max(slot.at, comeBack.at + step);
      comeBack = { at: at > slot.at + spread ? slot.at : at, left: chunk };
    }
    comeBack.left--;
    const until = comeBack.at;
    return { ok: false, until, reason };
  };

  const settle = (done: ReadonlyMap<Want, Answer>) => {
    const settled = waiting.filter(({ want }) => done.has(want));
    waiting = waiting.filter(({ want }) => !done.has(want));
    for (const { want, resolve } of settled) {
      const answer = done.get(want);
      if (answer) resolve(answer);
    }
  };

  /** The clock was put back: nobody is to wait until it has caught up. */
  const startOver = (at: number) => {
    comeBack = { at: 0, left: 0 };
    restUntil = 0;
    const stale = waiting.filter(({ since }) => since > at + farthest);
    settle(new Map(stale.map(({ want }) => [want, { ok: false, until: at + 1000, reason: putBack }])));
  };

  const pump = () => {
    const at = now();
    const before = newest;
    newest = at;
    if (at < before - farthest) startOver(at);
    const done = new Map<Want, Answer>();
    for (const { want } of waiting) {
      const slow = known().notBefore[want.transport] ?? 0;
      if (slow > at && slow > want.deadline) done.set(want, refuse(want, { at: slow }));
      if (slow > at) continue;
      const spent = purse.spend(want, at);
      if (spent) done.set(want, { ok: true, spent });
    }
    settle(done);
    if (busy || waiting.length === 0) return;

    const wants = waiting.map(({ want }) => want);
    const open = purse.uncovered(wants, at);
    const outlook = plan(limits, known(), open, at, { near, restUntil });
    const refused = new Map([...outlook.late].map(([want, slot]) => [want, refuse(want, slot)]));
    for (const want of wants) {
      if (want.deadline <= at && !open.includes(want))
        refused.set(want, refuse(want, slotOf(limits, known(), want, at)));
    }
    settle(refused);
    if (Object.keys(outlook.pieces).length > 0) {
      void alone(() => bookPlaces().catch(failAll));
    } else if (waiting.length > 0) {
      const slow = Object.values(known().notBefore).filter((time) => time > at);
      const ends = waiting.map(({ want }) => want.deadline);
      void wake(Math.min(outlook.again, purse.nextFrom(at), ...slow, ...ends));
    }
  };

  const wake = async (at: number): Promise<void> => {
    if (at >= wakeAt || at === Infinity) return;
    wakeAt = at;
    await wait(Math.max(1, at - now()));
    if (wakeAt === at) wakeAt = Infinity;
    pump();
  };

  return {
    take: (want) =>
      new Promise((resolve, reject) => {
        const place = want.high ? waiting.findIndex((other) => !other.want.high) : -1;
        waiting.splice(place === -1 ? waiting.length : place, 0, { want, since: now(), resolve, reject });
        pump();
      }),
    putBack(spent) {
      purse.add(spent.pieces);
      pump();
    },
    async slowDown(transport, until) {
      const obey = (ledger: Ledger): Ledger | undefined =>
        (ledger.notBefore[transport] ?? 0) >= until
          ? undefined
          : { ...ledger, notBefore: { ...ledger.notBefore, [transport]: until } };
      if (!obey(known())) return;
      if (limits.length === 0) seen = { ledger: obey(known()) ?? emptyLedger, etag: undefined };
      else
        await alone(async () => {
          await change(obey);
        });
    },
    estimate: (want) => slotOf(limits, known(), want, now()).at,
    idle: () => waiting.length === 0 && !busy,
  };
}
