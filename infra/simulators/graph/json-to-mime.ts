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

interface Part {
  /** Header lines, folded, without the line break at the end. */
  readonly headers: readonly string[];
  /** CRLF line breaks, without one at the end. */
  readonly body: string;
}

/** Blind recipients are not in it: no copy that anybody receives shows them. */
export function mimeOfJson(mail: JsonMail, facts: { readonly acceptedAt: Date }): Buffer {
  const content = mail.body.html ? htmlPart(mail) : textPart('plain', mail.body.content);
  const files = mail.attachments.filter((one) => one.contentId === undefined || !mail.body.html);
  const root = files.length === 0 ? content : multipart('mixed', [content, ...files.map(filePart)]);
  const headers = [
    field('From', addressList([mail.from])),
    ...(mail.to.length > 0 ? [field('To', addressList(mail.to))] : []),
    ...(mail.cc.length > 0 ? [field('Cc', addressList(mail.cc))] : []),
    ...(mail.replyTo.length > 0 ? [field('Reply-To', addressList(mail.replyTo))] : []),
    field('Subject', words(mail.subject)),
    field('Date', facts.acceptedAt.toUTCString().replace('GMT', '+0000')),
    // Whether a caller's internetMessageId survives sendMail is not known, so nobody shall count on it here.
    field('Message-ID', `<${randomUUID()}@simulator.prod.outlook.com>`),
    ...(mail.importance === 'normal' ? [] : [field('Importance', mail.importance)]),
    ...mail.headers.map(({ name, value }) => field(name, words(value))),
    'MIME-Version: 1.0',
    ...root.headers,
  ];
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${root.body}\r\n`);
}

function htmlPart(mail: JsonMail): Part {
  const html = textPart('html', mail.body.content);
  const images = mail.attachments.filter((one) => one.contentId !== undefined);
  const rich = images.length === 0 ? html : multipart('related', [html, ...images.map(filePart)]);
  return multipart('alternative', [textPart('plain', convert(mail.body.content)), rich]);
}

function textPart(subtype: 'plain' | 'html', content: string): Part {
  return {
    headers: [`Content-Type: text/${subtype}; charset=utf-8`, 'Content-Transfer-Encoding: base64'],
    body: wrap(Buffer.from(content).toString('base64')),
  };
}

function filePart(file: FileAttachment): Part {
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
    body: wrap(file.contentBytes),
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
