/**
 * The internet message that Exchange would make of a JSON body: one body in, text/plain or an alternative of generated
 * text and HTML out, with inline images beside the HTML and the other attachments around it.
 */
import { randomUUID } from 'node:crypto';
import { convert } from 'html-to-text';
import {
  buildHeaderValue,
  encodeWord,
  encodeWords,
  foldLines,
  isPlainText,
  quoteString,
} from 'nodemailer/lib/mime-funcs';
import type { FileAttachment, JsonMail, MailAddress } from './json-message.ts';

export interface Part {
  /** Header lines, folded, without the line break at the end. */
  readonly headers: readonly string[];
  /** CRLF line breaks, without one at the end. */
  readonly body: string;
}

/** What is settled only when a mail leaves. */
export interface LeavingFacts {
  readonly acceptedAt: Date;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Files that were added to the draft one by one. */
  readonly attachments: readonly FileAttachment[];
}

/** Blind recipients are not in it: no copy that anybody receives shows them. */
export function mimeOfJson(mail: JsonMail, facts: LeavingFacts): Buffer {
  const attachments = [...mail.attachments, ...facts.attachments];
  const content = mail.body.html ? htmlPart(mail, attachments) : textPart('plain', mail.body.content);
  const files = attachments.filter((one) => one.contentId === undefined || !mail.body.html);
  const root = files.length === 0 ? content : multipart('mixed', [content, ...files.map(filePart)]);
  const headers = [
    field('From', addressList([mail.from])),
    ...(mail.to.length > 0 ? [field('To', addressList(mail.to))] : []),
    ...(mail.cc.length > 0 ? [field('Cc', addressList(mail.cc))] : []),
    ...(mail.replyTo.length > 0 ? [field('Reply-To', addressList(mail.replyTo))] : []),
    field('Subject', words(mail.subject)),
    field('Date', facts.acceptedAt.toUTCString().replace('GMT', '+0000')),
    `Message-ID: ${oneLine(facts.messageId)}`,
    ...(mail.importance === 'normal' ? [] : [field('Importance', mail.importance)]),
    ...mail.headers.map(({ name, value }) => field(name, words(value))),
    // The one MAPI property that is known to come out as a header which no x-header can set (redaxo#6590).
    ...mail.properties
      .filter(({ id }) => id.toLowerCase() === 'string 0x1045')
      .map(({ value }) => field('List-Unsubscribe', words(value))),
    'MIME-Version: 1.0',
    ...root.headers,
  ];
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${root.body}\r\n`);
}

function htmlPart(mail: JsonMail, attachments: readonly FileAttachment[]): Part {
  const html = textPart('html', mail.body.content);
  const images = attachments.filter((one) => one.contentId !== undefined);
  const rich = images.length === 0 ? html : multipart('related', [html, ...images.map(filePart)]);
  return multipart('alternative', [textPart('plain', convert(mail.body.content)), rich]);
}

function textPart(subtype: 'plain' | 'html', content: string): Part {
  return {
    headers: [`Content-Type: text/${subtype}; charset=utf-8`, 'Content-Transfer-Encoding: base64'],
    body: wrap(Buffer.from(content).toString('base64')),
  };
}

/** One file as a part of a multipart message. */
export function filePart(file: FileAttachment): Part {
  const disposition = file.contentId === undefined ? 'attachment' : 'inline';
  return {
    headers: [
      field(
        'Content-Type',
        buildHeaderValue({ value: oneLine(file.contentType), params: { name: oneLine(file.name) } }),
      ),
      field(
        'Content-Disposition',
        buildHeaderValue({ value: disposition, params: { filename: oneLine(file.name) } }),
      ),
      ...(file.contentId === undefined ? [] : [field('Content-ID', `<${oneLine(file.contentId)}>`)]),
      'Content-Transfer-Encoding: base64',
    ],
    body: wrap(
      typeof file.contentBytes === 'string'
        ? file.contentBytes
        : Buffer.concat(file.contentBytes).toString('base64'),
    ),
  };
}

function multipart(subtype: 'mixed' | 'alternative' | 'related', parts: readonly Part[]): Part {
  const boundary = `_000_${randomUUID()}_`;
  const bodies = parts.map((part) => `--${boundary}\r\n${part.headers.join('\r\n')}\r\n\r\n${part.body}\r\n`);
  return {
    headers: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
    body: `${bodies.join('')}--${boundary}--`,
  };
}

function addressList(addresses: readonly MailAddress[]): string {
  return addresses.map(formatAddress).join(', ');
}

/** `"Name" <address>` in the ways of RFC 5322 and RFC 2047; the bare address without a name. */
export function formatAddress({ address, name }: MailAddress): string {
  const shown = oneLine(name).trim();
  if (shown === '') return address;
  return `${isPlainText(shown) ? quoteString(shown) : encodeWord(shown, 'B', 52)} <${address}>`;
}

function words(value: string): string {
  return encodeWords(oneLine(value), 'B', 52, true);
}

/** A header field, folded. */
export function field(name: string, value: string): string {
  return foldLines(`${name}: ${value}`, 76);
}

function oneLine(value: string): string {
  return value.replaceAll(/[\r\n]+/gu, ' ');
}

function wrap(base64: string): string {
  return (base64.match(/.{1,76}/gu) ?? []).join('\r\n');
}
