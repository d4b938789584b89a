/**
 * Documents that operators send: JSON, merge patches, and the tags that tell one version of an entry from another. Pure.
 */
import { createHash } from 'node:crypto';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** Reads a body. @returns `empty-body` or `invalid-json` otherwise. */
export function readJson(body: Uint8Array): Result<unknown> {
  if (body.length === 0) return refuse('empty-body', 'The body is empty; send a JSON object.');
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return refuse('invalid-json', 'The body is not valid JSON in UTF-8.');
  }
}

/** No document of ours has more levels. */
const depthLimit = 8;

/** Applies a merge patch (RFC 7396): null takes a field away. */
export function mergePatch(target: unknown, patch: unknown, depth = depthLimit): unknown {
  if (!isObject(patch) || depth === 0) return patch;
  // A Map, since `__proto__` may be a name like any other.
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value, depth - 1));
  }
  return Object.fromEntries(merged);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entity tag of an entry (RFC 9110 §8.8.3). */
export const tagOf = (entry: object): string =>
  `"${createHash('sha256').update(JSON.stringify(entry)).digest('base64url').slice(0, 22)}"`;

/** What a request expects of an entry before it changes it (RFC 9110 §13.1). */
export interface Condition {
  /** `If-Match`. */
  readonly match?: string;
  /** `If-None-Match`. */
  readonly noneMatch?: string;
}

/** Whether an entry is as expected. @param entry undefined when there is none. */
export function holds({ match, noneMatch }: Condition, entry: object | undefined): boolean {
  const isOneOf = (tags: string) =>
    entry !== undefined &&
    tags
      .split(',')
      .map((tag) => tag.trim().replace(/^W\//, ''))
      .some((tag) => tag === '*' || tag === tagOf(entry));
  return (match === undefined || isOneOf(match)) && (noneMatch === undefined || !isOneOf(noneMatch));
}

/** Names of the fields in which two documents differ, in order. */
export const differences = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
