/**
 * What a storm's digest will say, small enough for a row: how many alerts of which title in which state, the first and the last of
 * each, and what is firing now. Two tallies make one, in any order, so that many rows become one digest. Pure.
 */
import { createHash } from 'node:crypto';
import type { Alert, AlertGroup, AlertState, Severity } from '../alerts/alert.ts';
import { cut, oneLine } from '../alerts/letter/clean.ts';
import { placeOf, titleOf } from '../alerts/letter/subject.ts';
import { worst } from '../alerts/rank.ts';
import type { KeptFile, LeftFile } from './held-files.ts';

/** When and where. */
export interface Sighting {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly place?: string;
}

/** Alerts of one title in one state. */
export interface TallyLine {
  readonly title: string;
  readonly state: AlertState;
  /** The worst of them. */
  readonly severity: Severity;
  readonly count: number;
  readonly first: Sighting;
  readonly last: Sighting;
  /** Where to look at the last. */
  readonly url?: string;
}

/** The last that was heard of an alert that can be told from others. */
export interface Standing extends Sighting {
  readonly title: string;
  readonly state: AlertState;
  readonly severity: Severity;
}

/** The sum of some calls to a hook. */
export interface Tally {
  /** Calls, each of which would have been a mail. */
  readonly calls: number;
  readonly alerts: number;
  /** Files that came with them. */
  readonly files: number;
  /** Those that wait for the digest. */
  readonly kept?: readonly KeptFile[];
  /** Some of those that do not. */
  readonly left?: readonly LeftFile[];
  /** When the first and the last call came, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The severities of the calls, as far as it depends on them who is told. */
  readonly severities: readonly Severity[];
  /** The most frequent. */
  readonly lines: readonly TallyLine[];
  /** Alerts that stand in no line any more. */
  readonly others: number;
  /** By the print of its thread. */
  readonly standing: Readonly<Record<string, Standing>>;
  /** Alerts that were firing and stand there no more. */
  readonly unlisted: number;
}

/** Longest texts, in UTF-16 units. */
const limits = { title: 100, place: 50, url: 250 };

/** A property of a table holds 32 Ki UTF-16 units. */
const mostLength = 30_000;

/** Most lines, and most alerts whose standing is known. */
const mostLines = 40;

/**
 * The tally of one call.
 *
 * @param at when it came, in milliseconds since 1970.
 * @param severities by which it is decided who is told.
 */
export function tallyOf(
  { alerts, files = [] }: AlertGroup,
  severities: readonly Severity[],
  at: number,
): Tally {
  const lines = new Map<string, TallyLine>();
  const standing = new Map<string, Standing>();
  for (const alert of alerts) {
    const { title, state, severity: bad, url, ...sighting } = sketchOf(alert, at);
    const line = { title, state, severity: bad, count: 1, first: sighting, last: sighting };
    add(lines, url === undefined ? line : { ...line, url });
    if (alert.threadKey === undefined || state === 'info' || state === 'test') continue;
    standing.set(printOf(alert.threadKey), { ...sighting, title, state, severity: bad });
  }
  return fitted({
    calls: 1,
    alerts: alerts.length,
    files: files.length,
    from: at,
    to: at,
    severities,
    lines: [...lines.values()],
    others: 0,
    standing: Object.fromEntries(standing),
    unlisted: 0,
  });
}

/** The tally of a call with what becomes of its files. */
export const withFiles = (tally: Tally, { kept, left }: Pick<Tally, 'kept' | 'left'>): Tally =>
  fitted({ ...tally, ...filesOf(kept, left) });

/** Most files that a tally names. */
const mostKept = 20;
const mostLeft = 8;

const filesOf = (
  kept: readonly KeptFile[] = [],
  left: readonly LeftFile[] = [],
): Pick<Tally, 'kept' | 'left'> => ({
  ...(kept.length > 0 ? { kept: kept.slice(0, mostKept) } : {}),
  ...(left.length > 0 ? { left: left.slice(0, mostLeft) } : {}),
});

/** Two tallies as one. Numbers are exact, however many lines had to go. */
export function merged(a: Tally, b: Tally): Tally {
  const lines = new Map<string, TallyLine>();
  for (const line of [...a.lines, ...b.lines]) add(lines, line);
  const standing = new Map(Object.entries(a.standing));
  for (const [key, one] of Object.entries(b.standing)) {
    const other = standing.get(key);
    if (!other || other.at <= one.at) standing.set(key, one);
  }
  return fitted({
    calls: a.calls + b.calls,
    alerts: a.alerts + b.alerts,
    files: a.files + b.files,
    ...filesOf([...(a.kept ?? []), ...(b.kept ?? [])], [...(a.left ?? []), ...(b.left ?? [])]),
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    severities: [...new Set([...a.severities, ...b.severities])],
    lines: [...lines.values()],
    others: a.others + b.others,
    standing: Object.fromEntries(standing),
    unlisted: a.unlisted + b.unlisted,
  });
}

/** What is firing, as far as it stands there; the worst first. */
export const firing = ({ standing }: Tally): readonly Standing[] =>
  Object.values(standing)
    .filter(({ state }) => state === 'firing')
    .toSorted((a, b) => (a.severity === b.severity ? a.at - b.at : isWorse(a.severity, b.severity) ? -1 : 1));

/** A name for a thread that is short and fits a row's key. */
export const printOf = (threadKey: string): string =>
  createHash('sha256').update(threadKey).digest('base64url').slice(0, 22);

/** Reads what stands in a row. */
export const parseTally = (text: string): Tally => JSON.parse(text) as Tally;

function sketchOf(alert: Alert, at: number): Sighting & Omit<TallyLine, 'count' | 'first' | 'last'> {
  const title = titleOf(alert);
  const place = placeOf(alert, title);
  const url = alert.links[0]?.url;
  return {
    at,
    ...(place === undefined ? {} : { place: short(place, limits.place) }),
    title: short(title, limits.title),
    state: alert.state,
    severity: alert.severity,
    // Half a link is none.
    ...(url === undefined || url.length > limits.url ? {} : { url }),
  };
}

const short = (text: string, limit: number): string => cut(oneLine(text), limit).text;

/** Adds to the line of the same title and state, if there is one. */
function add(lines: Map<string, TallyLine>, line: TallyLine): void {
  const key = `${line.state}\n${line.title}`;
  const other = lines.get(key);
  if (!other) {
    lines.set(key, line);
    return;
  }
  const late = line.last.at >= other.last.at ? line : other;
  lines.set(key, {
    title: line.title,
    state: line.state,
    severity: worst([line.severity, other.severity]),
    count: line.count + other.count,
    first: line.first.at < other.first.at ? line.first : other.first,
    last: late.last,
    ...(late.url === undefined ? {} : { url: late.url }),
  });
}

/** What a reader misses least goes first: what is not wrong, what is less bad, what came less often. */
const stateOrder: readonly AlertState[] = ['firing', 'acknowledged', 'resolved', 'info', 'test'];
const byWeight = (a: TallyLine, b: TallyLine): number =>
  stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) ||
  (a.severity === b.severity ? b.count - a.count : isWorse(a.severity, b.severity) ? -1 : 1);

const isWorse = (a: Severity, b: Severity): boolean => a !== b && worst([a, b]) === a;

function fitted(tally: Tally): Tally {
  const lines = tally.lines.toSorted(byWeight);
  const standing = Object.entries(tally.standing).toSorted(
    ([, a], [, b]) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || b.at - a.at,
  );
  for (let most = mostLines; ; most--) {
    const [kept, gone] = [lines.slice(0, most), lines.slice(most)];
    const [known, unknown] = [standing.slice(0, most), standing.slice(most)];
    const fitting = {
      ...tally,
      lines: kept,
      others: tally.others + gone.reduce((sum, { count }) => sum + count, 0),
      standing: Object.fromEntries(known),
      unlisted: tally.unlisted + unknown.filter(([, { state }]) => state === 'firing').length,
    };
    if (most === 0 || JSON.stringify(fitting).length <= mostLength) return fitting;
  }
}
