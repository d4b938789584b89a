/**
 * The fields that entries of the register are made of, as schemas: each fault is a sentence that says what to do.
 */
import * as z from 'zod';
import { parseMailbox } from '../message/address.ts';
import { parseDomain } from '../message/domain.ts';
import { parseNetwork } from './network.ts';
import { isSubmitterName } from './submitter.ts';

/** The sentence for a value of the wrong type, or for none. */
const expected =
  (what: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `This field is missing; it must be ${what}.` : `This must be ${what}.`;

/** Whether a text can be shown in one line. */
const isPlain = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text);

/** A text for people, in one line. */
export const line = (most: number) =>
  z
    .string({ error: expected('a text') })
    .trim()
    .min(1, 'Write something, or leave the field out.')
    .max(most, `This is longer than ${most} characters.`)
    .refine(isPlain, 'Control characters and line breaks are not allowed.');

/** Name of a submitter, an operator or a hook. */
export const entryName = z
  .string({ error: expected('a name') })
  .refine(
    isSubmitterName,
    'A name has lower case letters, digits and hyphens, not at either end, up to 64 of them.',
  );

/** A list without repetitions. */
export const listOf = <T extends z.ZodType>(one: T, most: number) =>
  z
    .array(one, { error: expected('a list') })
    .max(most, `At most ${most} are taken.`)
    .refine((all) => new Set(all).size === all.length, 'Something stands in this list twice.');

export const flag = z.boolean({ error: expected('true or false') });

/** A whole number. */
export const count = (least: number, most: number) =>
  z
    .int({ error: expected(`a whole number from ${least} to ${most}`) })
    .min(least, `This must be at least ${least}.`)
    .max(most, `This must be at most ${most}.`);

/** One of some words. */
export const oneOf = <const T extends readonly string[]>(words: T) =>
  z.enum(words, { error: expected(`one of ${words.map((word) => `"${word}"`).join(', ')}`) });

/** Reads a text, or says what is wrong with it. */
const read = (
  what: string,
  reader: (text: string) => { readonly value: string } | { readonly fault: string },
) =>
  z.string({ error: expected(what) }).transform((text, context) => {
    const result = reader(text);
    if ('value' in result) return result.value;
    context.issues.push({ code: 'custom', message: result.fault, input: text });
    return z.NEVER;
  });

function readAddress(text: string): { readonly value: string } | { readonly fault: string } {
  const found = parseMailbox(text);
  if (!found.ok) return { fault: found.reason };
  if (found.mailbox.name !== undefined) return { fault: 'Write the address alone, without a name.' };
  return { value: found.mailbox.address };
}

/** An address without a name, in normal form. */
export const address = read('an address', readAddress);

/** A mailbox: an address, perhaps with a name. As it was written, since the name is part of it. */
export const mailbox = read('an address', (text) => {
  const found = parseMailbox(text);
  return found.ok ? { value: text.trim() } : { fault: found.reason };
});

/** An address, or `@domain`. */
export const addressOrDomain = read('an address or "@domain"', (text) =>
  text.startsWith('@') ? readDomain(text, '@') : readAddress(text),
);

/** An address, `@domain`, or `@*.domain` for all that lies below a domain. */
export const addressPattern = read('an address, "@domain" or "@*.domain"', (text) => {
  if (text.startsWith('@*.')) return readDomain(text, '@*.');
  return text.startsWith('@') ? readDomain(text, '@') : readAddress(text);
});

function readDomain(text: string, prefix: string): { readonly value: string } | { readonly fault: string } {
  const domain = parseDomain(text.slice(prefix.length));
  return domain.ok ? { value: `${prefix}${domain.domain}` } : { fault: domain.reason };
}

/** A network in CIDR form. */
export const network = z
  .string({ error: expected('a network such as "10.0.0.0/8"') })
  .refine(
    (text) => parseNetwork(text) !== undefined,
    'Write a network in CIDR form without bits behind the prefix, such as "10.0.0.0/8" or "2001:db8::/32".',
  );

/** GUID of Entra ID, in lower case. */
export const guid = z
  .string({ error: expected('a GUID') })
  .toLowerCase()
  .regex(
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
    'This must be a GUID such as "11111111-2222-3333-4444-555555555555".',
  );

/** The fault of an object that is none, or has a field that is not known. */
export const known =
  (fields: object) =>
  ({ code, keys = [] }: { readonly code?: string; readonly keys?: readonly string[] }): string =>
    code === 'unrecognized_keys'
      ? `"${keys.join('", "')}" is not known here; only ${Object.keys(fields).join(', ')} are taken.`
      : 'This must be a JSON object.';

/** An object with these fields and no others. */
export const objectOf = <T extends z.core.$ZodLooseShape>(fields: T) =>
  z.strictObject(fields, { error: known(fields) });
