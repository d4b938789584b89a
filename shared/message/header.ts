/**
 * The header fields a submission may add, and the sentence for every other one.
 *
 * Allowed is a list, not a deny-list: a field nobody thought of stays outside. `X-…` is free but for the names that Exchange and
 * Postrider set themselves and others act upon.
 */
import { entry } from '../platform/entry.ts';
import { findUnprintable } from './character.ts';
import type { HeaderField } from './message.ts';

/** Most fields in one submission. */
export const headerLimit = 50;

/** Longest name: what fits on the first line (RFC 5322 §2.1.1), so that it is never folded. */
const nameLimit = 76;

/** Longest value, in UTF-16 units. */
const valueLimit = 2000;

/** Longest run without a space, in bytes: it cannot be folded, and a line holds 998 (RFC 5322 §2.1.1). */
const wordLimit = 900;

/**
 * Standard fields that may be given, by their lower-case names.
 *
 * Threads: RFC 5322 §3.6.4 · lists and one-click unsubscription: RFC 2369, RFC 2919, RFC 8058 · automatic mail: RFC 3834 §5,
 * and `Precedence`, which vacation responders heed (RFC 3834 §2) · informational: RFC 5322 §3.6.5, RFC 4021 §2.1, RFC 2156.
 */
export const standardHeaders: ReadonlySet<string> = new Set([
  'in-reply-to',
  'references',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-subscribe',
  'list-help',
  'list-owner',
  'list-post',
  'list-archive',
  'feedback-id',
  'auto-submitted',
  'precedence',
  'organization',
  'keywords',
  'comments',
  'priority',
  'sensitivity',
  'expires',
]);

/** Fields that the submission has a place for. */
const ownFields: Readonly<Record<string, string>> = {
  from: 'from',
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  'reply-to': 'reply_to',
  subject: 'subject',
  importance: 'importance',
  'x-priority': 'importance',
  'x-msmail-priority': 'importance',
};

/** Fields that are set on the way, and by whom. */
const setByOthers: Readonly<Record<string, string>> = {
  date: 'Postrider sets it to the time of acceptance',
  'message-id': 'Postrider sets it and names it in the status of the message',
  'mime-version': 'it follows from the content',
  'content-type': 'it follows from "text", "html" and "attachments"',
  'content-transfer-encoding': 'it follows from the content',
  'content-disposition': 'it follows from "attachments"',
  'content-id': 'use "content_id" of the attachment',
  sender: 'Exchange sets it',
  'return-path': 'Exchange sets it; bounces go to the sending mailbox',
  received: 'every mail server on the way adds its own',
  'dkim-signature': 'Exchange signs the message',
};

/** Prefixes of names that Exchange and Postrider give a meaning to. */
const reserved = ['x-ms-', 'x-microsoft-', 'x-postrider-'];

/** Fields whose value is a list of message ids in angle brackets (RFC 5322 §3.6.4). */
const messageIdFields = new Set(['in-reply-to', 'references']);

/** A field, or what is wrong with it. */
export type HeaderResult =
  | { readonly ok: true; readonly field: HeaderField }
  | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): HeaderResult => ({ ok: false, reason });

/** Checks one field. The value comes back without spaces at its ends. */
export function parseHeader(name: string, given: string): HeaderResult {
  const nameFault = checkName(name);
  if (nameFault !== undefined) return refuse(nameFault);
  if (given.length > valueLimit) return refuse(`The value is longer than ${valueLimit} characters.`);
  const control = findUnprintable(given);
  if (control !== undefined) {
    return refuse(
      `The value holds the control character ${control}; it must be one line of printable characters.`,
    );
  }
  const value = given.replace(/^ +/, '').replace(/ +$/, '');
  if (value === '') return refuse('The value is empty; give it one or leave the header out.');
  if (value.split(' ').some((word) => Buffer.byteLength(word) > wordLimit)) {
    return refuse(
      `The value holds more than ${wordLimit} bytes without a space, which cannot be folded into lines.`,
    );
  }
  if (messageIdFields.has(name.toLowerCase()) && !/^<[!-;=?-~]+>(?: +<[!-;=?-~]+>)*$/.test(value)) {
    return refuse('The value must be message ids in angle brackets, such as <id@example.com>.');
  }
  return { ok: true, field: { name, value } };
}

function checkName(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
    return 'A header name may hold ASCII letters, digits and hyphens only, and begins with a letter.';
  }
  if (name.length > nameLimit) return `A header name may have at most ${nameLimit} characters.`;
  const own = entry(ownFields, lower);
  if (own !== undefined) return `The header "${name}" cannot be set here; use the field "${own}".`;
  const other = entry(setByOthers, lower);
  if (other !== undefined) return `The header "${name}" cannot be set: ${other}.`;
  const prefix = reserved.find((start) => lower.startsWith(start));
  if (prefix !== undefined) {
    return `Headers that begin with "${prefix}" are reserved; use another name after "X-".`;
  }
  if (lower.startsWith('x-') && lower.length > 2) return undefined;
  if (standardHeaders.has(lower)) return undefined;
  return `The header "${name}" cannot be set; use a name that begins with "X-".`;
}

/** Checks all fields; each name may stand once, whatever its case. Calls `fault` with the name as given. */
export function parseHeaders(
  given: Readonly<Record<string, string>>,
  fault: (name: string, reason: string) => void,
): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    const result = parseHeader(name, value);
    const lower = name.toLowerCase();
    if (!result.ok) fault(name, result.reason);
    else if (seen.has(lower)) fault(name, 'The same header stands here twice, in another spelling.');
    else fields.push(result.field);
    seen.add(lower);
  }
  return fields;
}
