/** Reads a mail from a request, JSON or MIME, into the one form in which it is kept, shown and sent. */
import { GRAPH, type Refusal } from './errors.ts';
import {
  readDraft,
  readSubmission,
  type ExtendedProperty,
  type InternetMessageHeader,
  type JsonReading,
  type MailAddress,
} from './json-message.ts';
import { mimeOfJson, type LeavingFacts } from './json-to-mime.ts';
import type { Mailbox } from './mailboxes.ts';
import { addressesIn, mimeAfterLosses, readMimeMail, valueIn, valueOf, type Field } from './mime-message.ts';

/** What can be read of an item in a mailbox without its content. */
export interface Description {
  readonly subject: string;
  readonly importance: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly headers: readonly InternetMessageHeader[];
  readonly properties: readonly ExtendedProperty[];
  readonly hasAttachments: boolean;
}

/** A mail as somebody wrote it. */
export interface Composition {
  readonly form: 'json' | 'mime';
  readonly description: Description;
  /** The Message-ID (with brackets) that the caller gave it, empty when there is none. */
  readonly messageId: string;
  /** Address in From, and every recipient: to, cc and bcc alike. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** Only `sendMail` with JSON can say no. */
  readonly saveToSentItems: boolean;
  /** Why it cannot be sent as it is. */
  readonly objection: Refusal | undefined;
  /** The JSON as received. */
  readonly json?: unknown;
  /** Bytes, as received. */
  readonly size: number;
  /** Makes the internet message. `known`: the x-headers (lower case) that MIME keeps in this mailbox. */
  readonly mime: (facts: LeavingFacts, known: ReadonlySet<string>) => Buffer;
}

export type Composing =
  | { readonly ok: true; readonly composition: Composition }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads a body for `sendMail`, or for a draft, where JSON is not wrapped. */
export function compose(
  purpose: 'sendMail' | 'draft',
  contentType: string | undefined,
  body: Buffer,
  mailbox: Mailbox,
): Composing {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'text/plain') return composeMime(body, mailbox);
  if (mediaType !== 'application/json') return { ok: false, refusal: GRAPH.notJson };
  return composeJson(purpose === 'sendMail' ? readSubmission(body, mailbox) : readDraft(body, mailbox), body);
}

function composeJson(reading: JsonReading, body: Buffer): Composing {
  if (!reading.ok) return reading;
  const { mail, json, saveToSentItems, objection } = reading;
  const { subject, importance, from, to, cc, bcc, headers, properties } = mail;
  const hasAttachments = mail.attachments.length > 0;
  return {
    ok: true,
    composition: {
      form: 'json',
      description: { subject, importance, from, to, cc, bcc, headers, properties, hasAttachments },
      messageId: mail.messageId,
      envelope: { from: from.address, to: [...to, ...cc, ...bcc].map(({ address }) => address) },
      saveToSentItems,
      objection,
      json,
      size: body.length,
      mime: (facts) => mimeOfJson(mail, facts),
    },
  };
}

function composeMime(body: Buffer, mailbox: Mailbox): Composing {
  const reading = readMimeMail(body);
  if (!reading.ok) return reading;
  const { fields, recipients, objection, raw } = reading;
  return {
    ok: true,
    composition: {
      form: 'mime',
      description: describeMime(fields, mailbox),
      messageId: valueIn(fields, 'message-id'),
      envelope: { from: mailbox.address, to: recipients },
      saveToSentItems: true,
      objection,
      size: raw.length,
      mime: (facts, known) => mimeAfterLosses(reading, mailbox, known, facts),
    },
  };
}

/** What the header of an internet message tells of it. */
export function describeMime(fields: readonly Field[], mailbox: Mailbox): Description {
  return {
    subject: valueIn(fields, 'subject'),
    importance: valueIn(fields, 'importance').toLowerCase() || 'normal',
    from: { address: mailbox.address, name: mailbox.displayName ?? '' },
    to: addressesIn(fields, 'to'),
    cc: addressesIn(fields, 'cc'),
    bcc: addressesIn(fields, 'bcc'),
    headers: fields
      .filter(({ name }) => name.startsWith('x-'))
      .map((one) => ({ name: one.raw.slice(0, one.name.length), value: valueOf(one) })),
    properties: [],
    hasAttachments: /^multipart\/mixed\b/iu.test(valueIn(fields, 'content-type')),
  };
}
