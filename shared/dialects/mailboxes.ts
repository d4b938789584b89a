/**
 * Addresses between the spellings of vendors and the one of `POST /emails`. What is malformed stays so: the schema refuses it.
 */
import { isObject } from './foreign.ts';

/** An address with a display name as one text, `"Last, First" <name@example.com>`. */
export function named(address: string, name: unknown): string {
  if (typeof name !== 'string' || name.trim() === '') return address;
  return `"${name.trim().replaceAll(/["\\]/g, '\\$&')}" <${address.trim()}>`;
}

/** `Ann <Ann@Example.com>` → `ann@example.com`. */
export const bare = (mailbox: string): string =>
  mailbox
    .slice(mailbox.lastIndexOf('<') + 1)
    .replace('>', '')
    .trim()
    .toLowerCase();

/**
 * An address that is an object with two members.
 *
 * @returns the text, or the value itself when it is something else.
 */
export function objectMailbox(value: unknown, address: string, name: string): unknown {
  if (!isObject(value)) return value;
  const given = Object.hasOwn(value, address) ? value[address] : undefined;
  return typeof given === 'string'
    ? named(given, Object.hasOwn(value, name) ? value[name] : undefined)
    : (given ?? value);
}

/** A list of such addresses. */
export function objectMailboxes(value: unknown, address: string, name: string): unknown {
  if (value === undefined) return undefined;
  return (Array.isArray(value) ? value : [value]).map((one) => objectMailbox(one, address, name));
}

/**
 * Splits `Ann <ann@example.com>, "Last, First" <l@example.com>` at its commas: those outside of double quotes and angle brackets. Empty
 * elements are left out, as RFC 5322 §4.4 has it.
 *
 * @returns the list, or the value itself when it is no text.
 */
export function splitMailboxes(value: string): string[];
export function splitMailboxes(value: unknown): unknown;
export function splitMailboxes(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === ',' && !bracketed) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(value.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
