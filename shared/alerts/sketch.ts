/**
 * How adapters take a body apart and put an alert together: with fields that may be missing, null, or of another type than the
 * sender's documentation says. Nothing here throws, whatever it is given.
 */
import type { Alert, AlertGroup, AlertState, Fact, HookRequest, Link, Severity } from './alert.ts';

export type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = Object.freeze(Object.create(null) as Record<string, unknown>);

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one when it is anything else. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : nothing;
}

/** The value as an array; an empty one when it is anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string, number or boolean as trimmed text; empty for anything else. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : '';
}

/** What lies at the end of a way of keys, or undefined. */
export function at(value: unknown, ...way: readonly string[]): unknown {
  let here = value;
  for (const key of way) {
    if (!isFields(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

/** Whether all of the keys are there, with whatever value. */
export function has(value: unknown, ...keys: readonly string[]): value is Fields {
  return isFields(value) && keys.every((key) => Object.hasOwn(value, key));
}

/** Whether the object has no other keys than these. */
export function only(value: Fields, keys: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => keys.has(key));
}

/** A variable of a template that the sender did not fill in: `$HOSTNAME$`, `{{ title }}`, `%device`, `${name}`. */
function isUnfilled(value: string): boolean {
  return /^(?:\$\{?[\w.:]{1,60}\}?\$?|\{\{[^{}]{0,80}\}\}|%[a-z]{3,30}%?|@@\w{1,30}@@|\[[A-Z_]{3,40}\])$/.test(
    value,
  );
}

/** The first value that is text and more than an unfilled variable; empty when there is none. */
export function first(...values: readonly unknown[]): string {
  for (const value of values) {
    const words = text(value);
    if (words !== '' && !isUnfilled(words)) return words;
  }
  return '';
}

/** JSON inside a string, parsed; anything else as it is. */
export function nested(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The fields of the body, or, where there is no body, those of the query. */
export function given(request: HookRequest): Fields {
  if (isFields(request.value)) return request.value;
  if (request.value !== undefined || request.text !== '') return nothing;
  const read: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of request.query) read[key] = value;
  return read;
}

/** One line: blanks and breaks joined. */
export function oneLine(words: string): string {
  return words.replaceAll(/\s+/g, ' ').trim();
}

/** The first line that says something. */
export function firstLine(words: string): string {
  return (
    words
      .split(/[\r\n]+/)
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}

/**
 * Reads a time: RFC 3339, `2016-08-12 15:23:28 UTC`, seconds or milliseconds since 1970 as number or digits.
 *
 * @param value as the sender wrote it.
 * @param zone what a time without a zone is in, e.g. `Z` or `+01:00`.
 * @returns undefined for what is no time between 1990 and 2100.
 */
export function when(value: unknown, zone = 'Z'): Date | undefined {
  let written = text(value);
  if (/^\d{9,17}(?:\.\d{1,9})?$/.test(written)) {
    const number = Number(written);
    return sane(new Date(number > 1e14 ? number / 1000 : number > 1e11 ? number : number * 1000));
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(written) || written.length > 50) return undefined;
  written = written
    .replace(/^(\S{10}) +/, '$1T')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/ ?(?:UTC|GMT)$/, 'Z')
    .replace(/ ?([+-]\d{2}):?(\d{2})$/, (whole, hours, minutes) =>
      written.length > 12 ? `${hours}:${minutes}` : whole,
    );
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/i.test(written) || !written.includes('T') ? written : written + zone;
  return sane(new Date(zoned));
}

function sane(date: Date): Date | undefined {
  const time = date.getTime();
  return time > 631_152_000_000 && time < 4_102_444_800_000 ? date : undefined;
}

/** Lines of a value for the table: lists joined, objects as `name: value`, nothing deeper than that. */
export function shown(value: unknown, depth = 0): string {
  if (Array.isArray(value)) {
    if (depth > 3) return '…';
    const parts = value.slice(0, 100).map((part) => shown(part, depth + 1));
    return parts.filter((part) => part !== '').join(depth === 0 && value.some(isFields) ? '\n' : ', ');
  }
  if (isFields(value)) {
    if (depth > 3) return '…';
    return Object.entries(value)
      .slice(0, 100)
      .map(([key, part]) => [key, shown(part, depth + 1)] as const)
      .filter(([, part]) => part !== '')
      .map(([key, part]) => `${key}: ${part}`)
      .join(depth === 0 ? '\n' : ', ');
  }
  return text(value);
}

/** An alert as an adapter jots it down: what is empty or missing is left out of the alert. */
export interface Sketch {
  readonly title: string;
  readonly severity?: Severity | undefined;
  /** `info` when not given. */
  readonly state?: AlertState | undefined;
  readonly summary?: unknown;
  readonly facts?: readonly (readonly [name: string, value: unknown])[];
  readonly links?: readonly (readonly [label: string, url: unknown])[];
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly threadKey?: string | undefined;
}

/** Makes an alert of a sketch. */
export function drawn(source: string, sketch: Sketch): Alert {
  const state = sketch.state ?? 'info';
  const title = oneLine(sketch.title) || source;
  const summary = shown(sketch.summary);
  const facts = (sketch.facts ?? [])
    .map(([name, value]): Fact => ({ name: oneLine(name), value: shown(value) }))
    .filter((fact) => fact.value !== '' && fact.name !== '');
  return {
    source,
    title,
    severity: state === 'resolved' ? 'ok' : (sketch.severity ?? 'unknown'),
    state,
    ...(summary === '' || summary === title ? {} : { summary }),
    facts,
    links: linksOf(sketch.links ?? []),
    ...(sketch.startedAt === undefined ? {} : { startedAt: sketch.startedAt }),
    ...(sketch.endedAt === undefined ? {} : { endedAt: sketch.endedAt }),
    ...(sketch.threadKey ? { threadKey: `${source}:${sketch.threadKey}` } : {}),
  };
}

function linksOf(links: NonNullable<Sketch['links']>): readonly Link[] {
  const seen = new Set<string>();
  const kept: Link[] = [];
  for (const [label, target] of links) {
    const url = text(target);
    if (url === '' || seen.has(url) || isUnfilled(url)) continue;
    seen.add(url);
    kept.push({ label: oneLine(label) || url, url });
  }
  return kept;
}

/** A group of one alert, the usual case. */
export function one(
  source: string,
  sketch: Sketch,
  more: { readonly deliveryKey?: string | undefined; readonly notes?: readonly string[] } = {},
): AlertGroup {
  return several([drawn(source, sketch)], more);
}

/** A group of alerts. */
export function several(
  alerts: readonly Alert[],
  more: {
    readonly title?: string | undefined;
    readonly deliveryKey?: string | undefined;
    readonly notes?: readonly string[];
  } = {},
): AlertGroup {
  return {
    kind: 'alerts',
    alerts,
    ...(more.title ? { title: oneLine(more.title) } : {}),
    ...(more.notes?.length ? { notes: more.notes } : {}),
    ...(more.deliveryKey ? { deliveryKey: more.deliveryKey } : {}),
  };
}
