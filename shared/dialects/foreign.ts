/**
 * Reading a foreign JSON object without trusting it: own members only, `null` as left out, and a warning for whatever nobody looked at.
 */
import { LongText } from '../message/long-text.ts';
import type { Notes } from './translation.ts';

/** Whether a value is a JSON object, and neither an array nor a long string. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LongText);

/** A text as a string; undefined for everything else. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return value instanceof LongText ? value.toString() : undefined;
};

/** A list as it is, one thing as a list of one, nothing as an empty list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** The members of an object. */
export class Foreign {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #seen = new Set<string>();
  readonly #at: string;
  readonly #notes: Notes;

  /** @param value anything; what is no object has no members. @param at where it stands, such as `mail_settings`. */
  constructor(value: unknown, notes: Notes, at = '') {
    this.#object = isObject(value) ? value : {};
    this.#at = at;
    this.#notes = notes;
  }

  /** A member; undefined when it is missing or `null`. */
  get(name: string): unknown {
    this.#seen.add(name);
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  /** A member that is an object. */
  inside(name: string): Foreign {
    return new Foreign(this.get(name), this.#notes, this.#path(name));
  }

  /** Warns about members that have no counterpart here, unless they are switched off. */
  cannot(members: Readonly<Record<string, string>>): void {
    for (const [name, detail] of Object.entries(members)) {
      const value = this.get(name);
      if (value !== undefined && !isOff(value)) this.#notes.warn(this.#path(name), detail);
    }
  }

  /** Warns about every member that nobody asked for. */
  rest(): void {
    for (const name of Object.keys(this.#object)) {
      if (this.#seen.has(name) || this.#object[name] === null) continue;
      this.#notes.warn(this.#path(name), 'This field is not known here and was left out.');
    }
  }

  #path(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`;
  }
}

/** Deeper settings than this are taken for switched on. */
const depthLimit = 6;

/** `false`, `"None"`, nothing, or an object of nothing but such values: asks for nothing. */
function isOff(value: unknown, depth = 0): boolean {
  if (value === null || value === false || value === '' || value === 'None' || value === 'none') return true;
  if (typeof value !== 'object' || value instanceof LongText || depth === depthLimit) return false;
  // A switch decides for the settings that stand beside it.
  if (isObject(value) && Object.hasOwn(value, 'enable')) return value['enable'] !== true;
  return Object.values(value).every((one) => isOff(one, depth + 1));
}

/** Members as strings: numbers and truth values as JSON writes them, the rest as it is. */
export function strings(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([name, one]) => [name, scalar(one)]),
  );
}

/** A number or truth value as text. */
export const scalar = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

/** A document without the fields that are undefined. */
export const present = (document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
