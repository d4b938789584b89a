/**
 * Small readings of foreign values that several adapters need; `sketch.ts` has the most basic.
 */
import { createHash } from 'node:crypto';
import { entry } from '../platform/entry.ts';
import { first, isFields, nested, shown } from './sketch.ts';
import type { Fields } from './sketch.ts';

/** A line of a sketch's table. */
export type Line = readonly [name: string, value: unknown];

/**
 * The fields with their names as letters and digits in lower case: `Problem URL`, `problem_url`, `ProblemURL` and `PROBLEM.URL` are
 * all `problemurl`. Of two that fall together the first stays.
 */
export function byLetters(value: unknown): Fields {
  const read = Object.create(null) as Record<string, unknown>;
  if (!isFields(value)) return read;
  for (const [key, part] of Object.entries(value)) {
    read[lettersOf(key)] ??= part;
  }
  return read;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** All fields as lines of a table but those whose names, as `byLetters` has them, were told already. */
export function linesBeside(value: Fields, told: readonly string[]): readonly Line[] {
  return Object.entries(value)
    .filter(([key]) => !told.includes(lettersOf(key)))
    .flatMap(([key, part]) => linesOf({ [key]: part }));
}

/** How many of the keys are there with a value other than null. */
export function known(value: Fields, ...keys: readonly string[]): number {
  return keys.filter((key) => Object.hasOwn(value, key) && value[key] != null).length;
}

/** All fields of an object as lines of a table, without those that were told already, and without variables left unfilled. */
export function linesOf(value: unknown, ...told: readonly string[]): readonly Line[] {
  const inner = nested(value);
  if (!isFields(inner)) return [];
  return Object.entries(inner)
    .filter(([key, part]) => !told.includes(key) && (typeof part !== 'string' || first(part) !== ''))
    .map(([key, part]) => [key, shown(part)]);
}

/** `MICROSOFT_COMPUTE`, `camelCase` and `snake_case` as words: "Microsoft compute". */
export function asWords(name: string): string {
  const spaced = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1).toLowerCase();
}

/**
 * A short key made of parts of any length; different parts give different keys.
 *
 * @param id what tells the thing from others, such as the sender's id or a time: without it two things would have one key.
 * @returns empty when there is no id.
 */
export function keyOf(id: unknown, ...more: readonly unknown[]): string {
  const parts = [id, ...more];
  if (shown(id) === '') return '';
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => shown(part))))
    .digest('base64url')
    .slice(0, 32);
}

/** What a table has for a word, whatever the word is: `constructor` finds nothing. */
export function pick<T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined {
  return entry(table, shown(word).toLowerCase());
}

/** An address of the web; empty for anything else. */
export function webLink(value: unknown): string {
  const words = typeof value === 'string' ? value.trim() : '';
  return /^https?:\/\//i.test(words) ? words : '';
}
