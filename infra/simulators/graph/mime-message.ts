/**
 * The MIME body of `sendMail` and what gets lost on the way:
 * https://learn.microsoft.com/graph/outlook-send-mime-message for the format; the losses are reported in
 * msgraph-sdk-dotnet#2209, microsoft-graph-docs-contrib#424 and by the EmailEngine project (read 2026-11).
 */
import { randomUUID } from 'node:crypto';
import addressparser from 'nodemailer/lib/addressparser';
import { GRAPH, type Refusal } from './errors.ts';
import { field, filePart, formatAddress, type LeavingFacts } from './json-to-mime.ts';
import type { Mailbox } from './mailboxes.ts';
import { objectionToRecipients } from './recipients.ts';
import { isBase64 } from './shape.ts';

export type MimeReading =
  | {
      readonly ok: true;
      readonly recipients: readonly string[];
      readonly raw: Buffer;
      readonly fields: readonly Field[];
      readonly bodyAt: number;
      /** Why it cannot be sent as it is. A draft may be so. */
      readonly objection: Refusal | undefined;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** A header field. */
export interface Field {
  /** In lower case. */
  readonly name: string;
  /** The field as received, folding included, without the line break at its end. */
  readonly raw: string;
}

/** Fields that the store of a mailbox has a property for, and so can put back into the message. */
const KEPT = new Set(
  `date subject to cc reply-to message-id in-reply-to references importance priority sensitivity x-priority
   x-msmail-priority disposition-notification-to return-receipt-to list-unsubscribe list-unsubscribe-post thread-topic
   thread-index keywords content-type content-transfer-encoding content-disposition content-id content-language
   mime-version`.split(/\s+/u),
);

export function readMimeMail(body: Buffer): MimeReading {
  const base64 = body.toString('latin1').replaceAll(/\s+/gu, '');
  if (base64 === '' || !isBase64(base64)) return { ok: false, refusal: GRAPH.mimeNotBase64 };
  const raw = Buffer.from(base64, 'base64');
  const { fields, bodyAt } = splitHeader(raw);
  if (fields.length === 0) return { ok: false, refusal: GRAPH.mimeInvalid };
  const recipients = ['to', 'cc', 'bcc']
    .flatMap((name) => addressesIn(fields, name))
    .map(({ address }) => address);
  return { ok: true, recipients, raw, fields, bodyAt, objection: objectionToRecipients(recipients) };
}

/** The addresses in all fields of this name (lower case), groups taken apart. */
export function addressesIn(fields: readonly Field[], name: string): { address: string; name: string }[] {
  return fields
    .filter((one) => one.name === name)
    .flatMap((one) => addressparser(valueOf(one), { flatten: true }));
}

/**
 * The message as it leaves the mailbox: From is the mailbox, Bcc is gone, and of the other fields only those survive
 * that Exchange has a property for. `known`: names of x-headers (lower case) that JSON has used in this mailbox before.
 */
export function mimeAfterLosses(
  mail: Extract<MimeReading, { ok: true }>,
  mailbox: Mailbox,
  known: ReadonlySet<string>,
  facts: LeavingFacts,
): Buffer {
  const kept = mail.fields.filter(({ name }) => KEPT.has(name) || known.has(name));
  const from = field('From', formatAddress({ address: mailbox.address, name: mailbox.displayName ?? '' }));
  const own = kept.some((one) => one.name === 'message-id' && valueOf(one) === facts.messageId);
  const survivors = kept.filter(({ name }) => own || name !== 'message-id').map(({ raw }) => raw);
  const fields = [from, ...survivors, ...(own ? [] : [`Message-ID: ${facts.messageId}`])];
  const body = mail.raw.subarray(mail.bodyAt);
  if (facts.attachments.length === 0) return Buffer.concat([Buffer.from(`${lines(fields)}\r\n`), body]);

  const boundary = `_000_${randomUUID()}_`;
  const outer = [
    ...fields.filter((raw) => !isContent(raw) && !/^mime-version:/iu.test(raw)),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ];
  const files = facts.attachments.map((file) => {
    const part = filePart(file);
    return Buffer.from(`\r\n--${boundary}\r\n${lines(part.headers)}\r\n${part.body}`);
  });
  return Buffer.concat([
    Buffer.from(`${lines(outer)}\r\n--${boundary}\r\n${lines(fields.filter(isContent))}\r\n`),
    body,
    ...files,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

function isContent(raw: string): boolean {
  return /^content-/iu.test(raw);
}

function lines(fields: readonly string[]): string {
  return fields.map((one) => `${one}\r\n`).join('');
}

/** The header fields of an internet message, and where its body begins. No fields: it is none. */
export function splitHeader(raw: Buffer): { fields: Field[]; bodyAt: number } {
  const fields: Field[] = [];
  let at = 0;
  while (at < raw.length) {
    const newline = raw.indexOf(0x0a, at);
    const end = newline === -1 ? raw.length : newline;
    const line = raw.toString('utf8', at, raw[end - 1] === 0x0d ? end - 1 : end);
    const next = Math.min(end + 1, raw.length);
    if (line === '') return { fields, bodyAt: next };
    const last = fields.at(-1);
    const name = /^([!-9;-~]+)[ \t]*:/u.exec(line)?.[1];
    if (/^[ \t]/u.test(line) && last !== undefined) {
      fields[fields.length - 1] = { name: last.name, raw: `${last.raw}\r\n${line}` };
    } else if (name === undefined) {
      // Not a header at all: the whole is no internet message.
      return { fields: [], bodyAt: raw.length };
    } else {
      fields.push({ name: name.toLowerCase(), raw: line });
    }
    at = next;
  }
  return { fields, bodyAt: raw.length };
}

/** The first field of this name (lower case), unfolded; empty when there is none. */
export function valueIn(fields: readonly Field[], name: string): string {
  const found = fields.find((one) => one.name === name);
  return found === undefined ? '' : valueOf(found);
}

/** What stands behind the colon, unfolded. Encoded words (RFC 2047) stay encoded. */
export function valueOf({ raw }: Field): string {
  return raw
    .slice(raw.indexOf(':') + 1)
    .replaceAll(/\r\n(?=[ \t])/gu, '')
    .trim();
}
