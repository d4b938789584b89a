/**
 * A limit over a sliding window, exactly: not more than so much in any span of time, wherever it begins.
 *
 * What is booked is a stretch of time in which a weight may be used, `[from, to]`. It is remembered by its end alone. A new stretch
 * may begin when the weights of all that end less than a span before it leave room. Beginnings never go back. So of any uses that
 * fall into one span, the one that was booked last has counted all the others. Pure; all times are milliseconds since 1970.
 */

/** A limit of Microsoft. */
export interface Rule {
  /** Weight in a span, above 0. */
  readonly limit: number;
  /** Milliseconds. */
  readonly span: number;
}

/** Weight that may be used until `end`. */
export type Entry = readonly [end: number, weight: number];

/** What has been booked. */
export interface Window {
  /** By end, oldest first. */
  readonly entries: readonly Entry[];
  /** The beginning of the stretch that was booked last. */
  readonly last: number;
  /** Somebody had to wait lately: until then, weights go one by one. */
  readonly tight: number;
  /** When the next one goes, in that case. */
  readonly next: number;
}

/** Nothing booked. */
export const emptyWindow: Window = { entries: [], last: 0, tight: 0, next: 0 };

/**
 * Nobody begins this far ahead, in milliseconds, since nobody waits that long for leave: what does was written by a clock that was
 * wrong, and is not to hold up those whose clocks are right.
 */
export const farthest = 60_000;

/** The window without what a clock that was wrong has booked. */
export function corrected(rule: Rule, window: Window, now: number): Window {
  if (window.last <= now + farthest) return window;
  const latest = now + farthest + tolerance(rule);
  const entries = window.entries.filter(([end]) => end <= latest);
  return { entries, last: now, tight: 0, next: 0 };
}

/**
 * How late a stretch may be used, in milliseconds: costs 1/40 of the throughput. 1.5 s of a minute.
 */
export const tolerance = (rule: Rule): number => rule.span / 40;

/** Ends within this many milliseconds are kept as one, the latest: at most about 130 entries. Costs 1/160 on average. */
const granule = (rule: Rule): number => rule.span / 80;

/**
 * How much closer than evenly the weights may follow each other in a full window: room to catch up after a pause. Without any
 * spacing a full window would repeat its first burst for ever, and `high` would find it shut for a minute.
 */
const spacing = 0.9;

/**
 * The first time at which a weight may begin. A weight above the limit counts as the limit: it goes when nothing else does.
 *
 * @returns `now` or later.
 */
export function earliest(rule: Rule, window: Window, weight: number, now: number): number {
  const room = rule.limit - Math.min(weight, rule.limit);
  let from = Math.max(now, window.last);
  if (from < window.tight) from = Math.max(from, window.next);
  let load = loadAt(rule, window, from);
  for (const [end, part] of window.entries) {
    if (load <= room) break;
    if (end <= from - rule.span) continue;
    from = end + rule.span;
    load -= part;
  }
  return from;
}

/** The weight that still counts at a time. */
export const loadAt = (rule: Rule, { entries }: Window, at: number): number =>
  entries.reduce((sum, [end, part]) => (end > at - rule.span ? sum + part : sum), 0);

/**
 * Books a stretch.
 *
 * @param from what `earliest` gave, or later.
 * @param to the end of the stretch.
 * @param now drops what no longer counts.
 * @param short whether it is this limit that it waits for.
 */
export function book(
  rule: Rule,
  window: Window,
  weight: number,
  [from, to]: readonly [number, number],
  now: number,
  short = from > now,
): Window {
  const part = Math.min(weight, rule.limit);
  const bucket = Math.floor(to / granule(rule));
  const entries: Entry[] = [];
  let merged: Entry = [to, part];
  for (const entry of window.entries) {
    if (entry[0] <= now - rule.span) continue;
    if (Math.floor(entry[0] / granule(rule)) === bucket)
      merged = [Math.max(to, entry[0]), merged[1] + entry[1]];
    else entries.push(entry);
  }
  const place = entries.findIndex(([end]) => end > merged[0]);
  entries.splice(place === -1 ? entries.length : place, 0, merged);
  const gap = (spacing * (rule.span + tolerance(rule)) * part) / rule.limit;
  return { entries, last: from, tight: short ? from + rule.span : window.tight, next: Math.ceil(from + gap) };
}

/**
 * Gives back what was booked and not used.
 *
 * @param to the end of the stretch.
 */
export function giveBack(rule: Rule, window: Window, weight: number, to: number): Window {
  const bucket = Math.floor(to / granule(rule));
  const entries = window.entries
    .map(([end, part]): Entry =>
      Math.floor(end / granule(rule)) === bucket ? [end, Math.max(0, part - weight)] : [end, part],
    )
    .filter(([, part]) => part > 0);
  return { ...window, entries };
}
