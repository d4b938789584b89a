/**
 * The MIME body of `sendMail` and what gets lost on the way:
 * https://learn.microsoft.com/graph/outlook-send-mime-message for the format; the losses are reported in
 * msgraph-sdk-dotnet#2209, microsoft-graph-docs-contrib#424 and by the EmailEngine project (read 2026-11).
 */
import addressparser from 'nodemailer/lib/addressparser';
import { GRAPH, type Refusal } from './errors.ts';
import { isAddress } from './json-message.ts';
import { field, formatAddress } from './json-to-mime.ts';
import type { Mailbox } from './mailboxes.ts';
import { isBase64 } from './shape.ts';

export type MimeReading =
  | {
      readonly ok: true;
      readonly recipients: readonly string[];
      readonly raw: Buffer;
      readonly fields: readonly Field[];
      readonly bodyAt: number;
    }
  | { readonly ok: false; readonly refusal: Refusal };

interface Field {
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
  const recipients = fields
    .filter(({ name }) => name === 'to' || name === 'cc' || name === 'bcc')
    .flatMap((one) => addressparser(valueOf(one), { flatten: true }))
    .map(({ address }) => address);
  if (recipients.length === 0) return { ok: false, refusal: GRAPH.noRecipients };
  const unresolved = recipients.find((address) => !isAddress(address));
  if (unresolved !== undefined) return { ok: false, refusal: GRAPH.unresolved(unresolved) };
  return { ok: true, recipients, raw, fields, bodyAt };
}

/**
 * The message as it leaves the mailbox: From is the mailbox, Bcc is gone, and of the other fields only those survive
 * that Exchange has a property for. `known`: names of x-headers (lower case) that JSON has used in this mailbox before.
 */
export function mimeAfterLosses(
  mail: Extract<MimeReading, { ok: true }>,
  mailbox: Mailbox,
  known: ReadonlySet<string>,
): Buffer {
  const survivors = mail.fields.filter(({ name }) => KEPT.has(name) || known.has(name)).map(({ raw }) => raw);
  const from = field('From', formatAddress({ address: mailbox.address, name: mailbox.displayName ?? '' }));
  const header = [from, ...survivors].map((one) => `${one}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${header}\r\n`), mail.raw.subarray(mail.bodyAt)]);
}

function splitHeader(raw: Buffer): { fields: Field[]; bodyAt: number } {
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

function valueOf({ raw }: Field): string {
  return raw
    .slice(raw.indexOf(':') + 1)
    .replaceAll(/\r\n(?=[ \t])/gu, '')
    .trim();
}
