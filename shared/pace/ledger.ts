/**
 * What one row says of a mailbox (or of the tenant), and what a process books in it. Pure; times are milliseconds since 1970.
 */
import {
  book,
  corrected,
  earliest,
  emptyWindow,
  giveBack,
  loadAt,
  tolerance,
  type Entry,
  type Rule,
  type Window,
} from './window.ts';

export type Transport = 'graph' | 'smtp';

/** A limit with its name in the row and in the status. */
export interface Limit extends Rule {
  readonly name: 'messages' | 'recipients' | 'bytes' | 'external';
  /** One sentence: why a message waits. */
  readonly reason: string;
}

/** The row. */
export interface Ledger {
  readonly windows: Readonly<Partial<Record<Limit['name'], Window>>>;
  /** The provider asked to wait until then. */
  readonly notBefore: Readonly<Partial<Record<Transport, number>>>;
  /** Messages ever booked. */
  readonly booked: number;
}

/** The row before it is written for the first time. */
export const emptyLedger: Ledger = { windows: {}, notBefore: {}, booked: 0 };

/** A stretch of time in which this process may use a weight. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** What a process holds of each limit. */
export type Pieces = Readonly<Partial<Record<Limit['name'], readonly Piece[]>>>;

/** One message that waits for its turn. */
export interface Want {
  /** Weight by limit. */
  readonly needs: Readonly<Partial<Record<Limit['name'], number>>>;
  readonly transport: Transport;
  readonly high: boolean;
  /** Until when its caller waits. */
  readonly deadline: number;
}

/** Nobody but `high` books further ahead than this, in milliseconds, so that `high` need not wait longer for the next free place. */
export const horizon = 8000;

/** When a process may book, as far as `high` is not concerned. Milliseconds. */
export interface Reach {
  /** How near the next place must be: booking late, it gets several at once. Differs from process to process. */
  readonly near: number;
  /** It had its share: others' turn until then. */
  readonly restUntil: number;
}

/** How many places are booked in stock where messages are not limited. */
const freeStock = 16;

/** How long what is booked in stock by a quiet process holds, in milliseconds. */
const stockLife = 25_000;

/** How much a process books in stock, as a part of the limit. */
const stockShare = 1 / 15;

const windowOf = ({ windows }: Ledger, limit: Limit, now: number): Window =>
  corrected(limit, windows[limit.name] ?? emptyWindow, now);

/** The first time at which a want may go, and the limit that says so (none: the provider asked to wait). */
export function slotOf(
  limits: readonly Limit[],
  ledger: Ledger,
  want: Want,
  now: number,
): { readonly at: number; readonly limit?: Limit } {
  const notBefore = ledger.notBefore[want.transport] ?? 0;
  let slot: { at: number; limit?: Limit } = { at: Math.max(now, notBefore) };
  for (const limit of limits) {
    const need = want.needs[limit.name] ?? 0;
    if (need === 0) continue;
    const at = earliest(limit, windowOf(ledger, limit, now), need, now);
    if (at > slot.at) slot = { at, limit };
  }
  return slot;
}

/** What booking for some wants leads to. */
export interface Plan {
  readonly ledger: Ledger;
  /** What is gained, when the ledger is written. Empty: nothing to write. */
  readonly pieces: Pieces;
  /** Wants whose place would come after their deadline. */
  readonly late: ReadonlyMap<Want, { readonly at: number; readonly limit?: Limit }>;
  /** When a want that is too far ahead may be booked. */
  readonly again: number;
}

/**
 * Books for wants, in their order; and a stock, while there is plenty or the limit is large.
 */
export function plan(
  limits: readonly Limit[],
  from: Ledger,
  wants: readonly Want[],
  now: number,
  reach: Reach,
): Plan {
  const pieces: Partial<Record<Limit['name'], Piece[]>> = {};
  const late = new Map<Want, { at: number; limit?: Limit }>();
  let ledger = from;
  let again = Infinity;
  let last: { readonly want: Want; readonly at: number } | undefined;
  const take = (want: Want, at: number, times: number, life?: number) => {
    const windows = { ...ledger.windows };
    for (const limit of limits) {
      const weight = (want.needs[limit.name] ?? 0) * times;
      if (weight === 0) continue;
      const part = life === undefined ? weight : Math.min(weight, Math.floor(limit.limit * stockShare));
      if (part === 0) continue;
      const to = at + (life ?? tolerance(limit));
      const window = windowOf(ledger, limit, now);
      // Another limit, or the provider, may be what it waits for: then this one is not short.
      const short = earliest(limit, window, part, now) > Math.max(now, window.last);
      windows[limit.name] = book(limit, window, part, [at, to], now, short);
      (pieces[limit.name] ??= []).push({ from: at, to, weight: part });
    }
    ledger = { ...ledger, windows, booked: ledger.booked + times };
  };

  for (const want of wants) {
    const slot = slotOf(limits, ledger, want, now);
    const turn =
      want.high || slot.at <= now ? now : Math.max(slot.at - (last ? horizon : reach.near), reach.restUntil);
    if (Math.max(slot.at, turn) > Math.max(want.deadline, now)) late.set(want, slot);
    else if (turn > now) again = Math.min(again, turn);
    else {
      take(want, slot.at, 1);
      last = { want, at: slot.at };
    }
  }
  if (!last) return { ledger: from, pieces: {}, late, again };

  const messages = limits.find(({ name }) => name === 'messages');
  const plenty = limits.every((limit) => loadAt(limit, windowOf(ledger, limit, now), now) <= limit.limit / 2);
  if (plenty && last.at === now) {
    take(last.want, now, messages ? Math.floor(messages.limit * stockShare) : freeStock, stockLife);
  } else if (messages && messages.limit * 1000 >= 2 * messages.span) {
    // A second's worth of a large limit is small change: it saves a request for each message.
    const times = Math.floor((messages.limit * 1000) / messages.span);
    const stock = { ...last.want, needs: multiplied(last.want.needs, times) };
    const { at } = slotOf(limits, ledger, stock, now);
    if (at <= now + horizon) take(last.want, at, times);
  }
  return { ledger, pieces, late, again };
}

const multiplied = (needs: Want['needs'], times: number): Want['needs'] =>
  Object.fromEntries(Object.entries(needs).map(([name, weight]) => [name, weight * times]));

/** The ledger without what was booked and not used in time. */
export function withReturns(limits: readonly Limit[], ledger: Ledger, unused: Pieces): Ledger {
  const windows = { ...ledger.windows };
  for (const limit of limits) {
    for (const { to, weight } of unused[limit.name] ?? [])
      windows[limit.name] = giveBack(limit, windows[limit.name] ?? emptyWindow, weight, to);
  }
  return { ...ledger, windows };
}

type Stored = Record<string, { at: readonly [last: number, tight: number, next: number]; of: number[] }>;

/** The row as text: ends as differences, so that a full one stays below 4 KB. */
export function formatLedger({ windows, notBefore, booked }: Ledger): string {
  const stored: Stored = {};
  for (const [name, { entries, last, tight, next }] of Object.entries(windows)) {
    const of = entries.flatMap(([end, weight], i) => [end - (entries[i - 1]?.[0] ?? 0), weight]);
    stored[name] = { at: [last, tight, next], of };
  }
  return JSON.stringify({ windows: stored, notBefore, booked });
}

/** Reads what `formatLedger` wrote. */
export function parseLedger(text: string): Ledger {
  const { windows, notBefore, booked } = JSON.parse(text) as Omit<Ledger, 'windows'> & { windows: Stored };
  const read = Object.entries(windows).map(([name, { at, of }]): [string, Window] => {
    const entries: Entry[] = [];
    let end = 0;
    for (let i = 0; i < of.length; i += 2) {
      end += of[i] ?? 0;
      entries.push([end, of[i + 1] ?? 0]);
    }
    return [name, { entries, last: at[0], tight: at[1], next: at[2] }];
  });
  return { windows: Object.fromEntries(read), notBefore, booked };
}
