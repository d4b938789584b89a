/**
 * The body as JSON, read by a scan over its bytes before `JSON.parse` sees it.
 *
 * `JSON.parse` alone takes what a mail bridge must not: invalid UTF-8 (after a lenient decoder), lone surrogates, duplicate keys of
 * which the last wins, a million levels of nesting; and it copies a 33 MB attachment twice. The scan refuses the former with line
 * and column, and lifts long strings out as `LongText`, so that `JSON.parse` is left with a few kilobytes that cannot fail.
 */
import { isUtf8 } from 'node:buffer';
import { LongText } from '../message/long-text.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { JsonScanner, type JsonLimits, type LiftedString } from './json-scanner.ts';

/** Far above what a submission needs, far below what hurts. */
export const jsonLimits: JsonLimits = { depth: 32, keys: 1_000, values: 50_000, longText: 16 * 1024 };

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Reads one JSON text (RFC 8259). A byte order mark in front is tolerated (§8.1).
 *
 * @param bytes the text; must not change while any `LongText` in the result is in use.
 * @returns the value, with `LongText` in place of every string value of more than `limits.longText` bytes; or `invalid-json`.
 *   Never throws.
 */
export function readJson(bytes: Uint8Array, limits: JsonLimits = jsonLimits): Result<unknown> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = byteOrderMark.every((byte, i) => all[i] === byte) ? all.subarray(3) : all;
  if (!isUtf8(text)) return fail(text, firstInvalid(text), 'The body is not UTF-8 here');

  const scanner = new JsonScanner(text, limits);
  const fault = scanner.scan();
  if (fault) return fail(text, fault.at, fault.sentence);
  if (scanner.lifted.length === 0) return ok(JSON.parse(text.toString('utf8')));
  return ok(putBack(JSON.parse(withoutLifted(text, scanner.lifted)), text, scanner.lifted));
}

/** The text with an empty string in the place of each lifted one. */
function withoutLifted(text: Buffer, lifted: readonly LiftedString[]): string {
  let from = 0;
  let rest = '';
  for (const { start, end } of lifted) {
    rest += text.toString('utf8', from, start);
    from = end;
  }
  return rest + text.toString('utf8', from);
}

/** Puts the lifted strings where they were. Paths are unique, since keys are. */
function putBack(root: unknown, text: Buffer, lifted: readonly LiftedString[]): unknown {
  for (const { path, start, end, escaped } of lifted) {
    const value = new LongText(text.subarray(start, end), escaped);
    const last = path.at(-1);
    if (last === undefined) return value;
    let parent = root;
    for (const step of path.slice(0, -1)) parent = Reflect.get(Object(parent), step);
    Reflect.set(Object(parent), last, value);
  }
  return root;
}

function fail(text: Buffer, at: number, sentence: string): Result<never> {
  const start = text.lastIndexOf(0x0a, at - 1) + 1;
  let line = 1;
  for (let i = text.indexOf(0x0a); i !== -1 && i < at; i = text.indexOf(0x0a, i + 1)) line++;
  // Characters, as an editor counts them. A line of many megabytes is counted in bytes: nobody looks there.
  const column = at - start < 100_000 ? Array.from(text.toString('utf8', start, at)).length : at - start;
  return refuse('invalid-json', `${sentence} (line ${line}, column ${column + 1}).`);
}

/** Length of the longest beginning that is UTF-8, found by halving; any end may fall inside a character of up to four bytes. */
function firstInvalid(text: Buffer): number {
  const complete = (length: number) =>
    [0, 1, 2, 3].map((cut) => length - cut).find((end) => end >= 0 && isUtf8(text.subarray(0, end)));
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (complete(middle) === undefined) bad = middle;
    else good = middle;
  }
  return complete(good) ?? 0;
}
