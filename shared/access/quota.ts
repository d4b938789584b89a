/**
 * How much a submitter may submit: its limits as quotas over sliding windows, and what one row says of them. Pure; times are
 * milliseconds since 1970.
 *
 * Instances share the row. Each books a small stock in it, by compare-and-swap, and spends from that without asking again; what it
 * did not use in time it gives back. So a quota is never exceeded, be there one instance or forty, and most requests cost nothing.
 */
import { book, emptyWindow, giveBack, loadAt, type Rule, type Window } from '../pace/window.ts';
import type { Limits } from './submitter.ts';

/** What is counted. */
export type Unit = 'requests' | 'messages' | 'recipients' | 'bytes';

/** A limit of a submitter. */
export interface Quota extends Rule {
  /** Name of its policy in the headers `RateLimit` and `RateLimit-Policy`. */
  readonly name: string;
  readonly unit: Unit;
}

/** What a request takes. */
export type Need = Readonly<Partial<Record<Unit, number>>>;

/** A weight that this process may use until `to`. */
export interface Stock {
  readonly to: number;
  readonly weight: number;
}

/** What a process holds, by name of the quota. */
export type Stocks = Readonly<Record<string, readonly Stock[]>>;

/** The row, by name of the quota. */
export type Windows = Readonly<Record<string, Window>>;

/** Seconds of requests that may come at once where no burst is set. */
const burstSeconds = 10;

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The quotas that limits amount to. */
export function quotasOf(limits: Limits): readonly Quota[] {
  const { requestsPerSecond: rate, burst = Math.max(1, Math.ceil((rate ?? 0) * burstSeconds)) } = limits;
  const fixed = [
    ['messages-per-minute', 'messages', limits.messagesPerMinute, minute],
    ['messages-per-hour', 'messages', limits.messagesPerHour, hour],
    ['messages-per-day', 'messages', limits.messagesPerDay, day],
    ['recipients-per-day', 'recipients', limits.recipientsPerDay, day],
    ['bytes-per-day', 'bytes', limits.bytesPerDay, day],
  ] as const;
  return [
    // A burst, and again when as much time has gone by as the rate needs for it: never more, wherever the time begins.
    ...(rate === undefined
      ? []
      : [
          {
            name: 'requests',
            unit: 'requests' as const,
            limit: burst,
            span: Math.ceil((burst / rate) * 1000),
          },
        ]),
    ...fixed.flatMap(([name, unit, limit, span]) =>
      limit === undefined ? [] : [{ name, unit, limit, span }],
    ),
  ];
}

/** The part of a quota that is booked in stock, and the part of its span for which a stock holds. */
const share = 1 / 20;

/** How long a stock holds at least while less than half of a quota is used, in milliseconds: a quiet submitter asks once a minute. */
const quiet = 60_000;

const good = (stocks: Stocks, name: string, now: number): readonly Stock[] =>
  (stocks[name] ?? []).filter(({ to, weight }) => weight > 0 && now <= to);

const weigh = (stock: readonly Stock[]): number => stock.reduce((sum, { weight }) => sum + weight, 0);

/** Takes what a request needs from a stock; undefined, and nothing taken, when there is too little. */
export function spend(
  quotas: readonly Quota[],
  stocks: Stocks,
  need: Need,
  now: number,
): { readonly rest: Stocks; readonly spent: Stocks } | undefined {
  const rest: Record<string, readonly Stock[]> = { ...stocks };
  const spent: Record<string, readonly Stock[]> = {};
  for (const { name, unit } of quotas) {
    let missing = need[unit] ?? 0;
    if (missing === 0) continue;
    const taken: Stock[] = [];
    const left = (stocks[name] ?? []).flatMap((one) => {
      const weight = now <= one.to ? Math.min(missing, one.weight) : 0;
      missing -= weight;
      if (weight > 0) taken.push({ ...one, weight });
      return weight === one.weight ? [] : [{ ...one, weight: one.weight - weight }];
    });
    if (missing > 0) return undefined;
    rest[name] = left;
    spent[name] = taken;
  }
  return { rest, spent };
}

/** Puts together what was held and what comes back. */
export const putBack = (stocks: Stocks, returned: Stocks): Stocks => ({
  ...stocks,
  ...Object.fromEntries(
    Object.entries(returned).map(([name, stock]) => [name, [...(stocks[name] ?? []), ...stock]]),
  ),
});

/** A quota that a request would exceed. */
export interface Violation {
  readonly quota: Quota;
  /** When it would fit; undefined: never, it is more than the quota itself. */
  readonly at?: number;
}

/** What booking leads to. */
export type Booking =
  | { readonly kind: 'booked'; readonly windows: Windows; readonly stocks: Stocks }
  | { readonly kind: 'exceeded'; readonly violations: readonly Violation[] };

/** What a process knows of its own bookings. */
export interface Holdings {
  /** What it may still use. */
  readonly stocks: Stocks;
  /** What it has used since it booked last. */
  readonly spent: Stocks;
}

/**
 * Books what a request needs and a stock besides. What lapsed unused is given back, and what was used counts from now on, not from
 * the end of its stock.
 *
 * @param windows the row as last seen.
 */
export function bookFor(
  quotas: readonly Quota[],
  windows: Windows,
  { stocks, spent }: Holdings,
  need: Need,
  now: number,
): Booking {
  const violations: Violation[] = [];
  const nextWindows: Record<string, Window> = {};
  const nextStocks: Record<string, readonly Stock[]> = {};
  for (const quota of quotas) {
    const { name, unit, limit, span } = quota;
    const held = good(stocks, name, now);
    const lapsed = (stocks[name] ?? []).filter(({ to }) => to < now);
    const used = (spent[name] ?? []).filter(({ to }) => to > now);
    const without = [...lapsed, ...used].reduce(
      (sofar, { to, weight }) => giveBack(quota, sofar, weight, to),
      trusted(quota, windows[name] ?? emptyWindow, now),
    );
    const window = used.length > 0 ? book(quota, without, weigh(used), [now, now], now, false) : without;
    const room = limit - loadAt(quota, window, now);
    const missing = (need[unit] ?? 0) - weigh(held);
    if (missing > room) violations.push(violationOf(quota, window, need[unit] ?? 0, missing, now));
    const weight = Math.min(room, Math.max(missing, Math.ceil(limit * share) - weigh(held)));
    const to = now + Math.ceil(room * 2 > limit ? Math.max(span * share, quiet) : span * share);
    nextWindows[name] = weight > 0 ? book(quota, window, weight, [now, to], now, false) : window;
    nextStocks[name] = weight > 0 ? [...held, { to, weight }] : held;
  }
  if (violations.length > 0) return { kind: 'exceeded', violations };
  return { kind: 'booked', windows: nextWindows, stocks: nextStocks };
}

/** Without entries that no clock but a wrong one has written. */
function trusted(quota: Quota, window: Window, now: number): Window {
  const latest = now + Math.max(quota.span * share, quiet) + quiet;
  return { ...window, entries: window.entries.filter(([end]) => end <= latest) };
}

function violationOf(quota: Quota, window: Window, need: number, missing: number, now: number): Violation {
  if (need > quota.limit) return { quota };
  let load = loadAt(quota, window, now);
  for (const [end, part] of window.entries) {
    if (end <= now - quota.span) continue;
    load -= part;
    if (load + missing <= quota.limit) return { quota, at: end + quota.span };
  }
  return { quota, at: now + quota.span };
}

/** What is left of a quota, and in how many seconds more of it comes back; for the header `RateLimit`. */
export function remaining(
  quota: Quota,
  windows: Windows,
  stocks: Stocks,
  now: number,
): { readonly left: number; readonly seconds: number } {
  const window = windows[quota.name] ?? emptyWindow;
  const [oldest] = window.entries.find(([end]) => end > now - quota.span) ?? [now - quota.span];
  const left = quota.limit - loadAt(quota, window, now) + weigh(good(stocks, quota.name, now));
  return {
    left: Math.max(0, Math.min(quota.limit, left)),
    // What is booked in stock ends later than what is used of it will count.
    seconds: Math.max(0, Math.ceil(Math.min(quota.span, oldest + quota.span - now) / 1000)),
  };
}

/** The row as text. */
export const formatWindows = (windows: Windows): string =>
  JSON.stringify(Object.fromEntries(Object.entries(windows).map(([name, { entries }]) => [name, entries])));

/** Reads what `formatWindows` wrote. */
export function parseWindows(text: string): Windows {
  const read = JSON.parse(text) as Record<string, Window['entries']>;
  return Object.fromEntries(
    Object.entries(read).map(([name, entries]) => [name, { ...emptyWindow, entries }]),
  );
}
