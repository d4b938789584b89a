/**
 * A message as nodemailer's composer wants it, for SMTP and for Graph's MIME form, and how large it will be.
 *
 * Only a mapping: folding, boundaries, RFC 2047 and RFC 2231 are nodemailer's work. It imports nothing of nodemailer but types, since
 * the half that accepts asks for the size.
 */
import type { Readable } from 'node:stream';
import type { MailComposerAttachment, MailComposerOptions } from 'nodemailer/lib/mail-composer';
import { encodeWords, needsEncoding } from './encoded-word.ts';
import type { Attachment, HeaderField, Importance, Mailbox, Message } from './message.ts';
import { transferForm } from './transfer-encoding.ts';

/** The parts of an outgoing message that go into its header and body. */
export interface MimeMail {
  /** Message-ID with angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  readonly message: Message;
}

/**
 * Maps a message to nodemailer's options.
 *
 * Structure: mixed( alternative( text, related( html, inline… ) ), attachment… ), each level only where it is needed. Bcc is given
 * to nodemailer, which puts it on the envelope and leaves the header out; who needs the header (Graph has no envelope) sets
 * `keepBcc` on the compiled node.
 *
 * @param attachments the bytes, in the order of `message.attachments`; a stream is read once.
 */
export function toMailOptions(
  mail: MimeMail,
  attachments: readonly (Readable | Buffer)[],
): MailComposerOptions {
  const { message } = mail;
  const spelling = new Map(message.headers.map(({ name }) => [name.toLowerCase(), name]));
  return {
    messageId: mail.messageId,
    date: mail.date,
    from: address(message.from),
    ...(message.to.length > 0 ? { to: message.to.map(address) } : {}),
    ...(message.cc.length > 0 ? { cc: message.cc.map(address) } : {}),
    ...(message.bcc.length > 0 ? { bcc: message.bcc.map(address) } : {}),
    ...(message.replyTo.length > 0 ? { replyTo: message.replyTo.map(address) } : {}),
    headers: [...subject(message.subject), ...importance[message.importance], ...message.headers.map(field)],
    ...(message.text ? { text: body(message.text) } : {}),
    ...(message.html ? { html: body(message.html) } : {}),
    attachments: message.attachments.map((attachment, i) => part(attachment, attachments[i])),
    // nodemailer would write X-TICKET as X-Ticket.
    normalizeHeaderKey: (key: string) => spelling.get(key.toLowerCase()) ?? key,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

const address = ({ name, address: addressOf }: Mailbox) => ({ name: name ?? '', address: addressOf });

interface Field {
  readonly key: string;
  readonly value: string | { prepared: true; foldLines: true; value: string };
}

const prepared = (key: string, value: string): Field => ({
  key,
  value: { prepared: true, foldLines: true, value },
});

const subject = (value: string): readonly Field[] =>
  value === '' ? [] : [field({ name: 'Subject', value })];

/**
 * A field, encoded so that it reads as it was given: nodemailer leaves text alone that looks like an encoded-word, which receivers
 * would then decode, and encodes ASCII with quotes, which would hide the structure of `List-Id: "News" <news.example.com>`.
 */
function field({ name, value }: HeaderField): Field {
  if (needsEncoding(value)) return prepared(name, encodeWords(value));
  return value.includes('"') && /^[ -~]*$/.test(value) ? prepared(name, value) : { key: name, value };
}

/** `Importance` is RFC 2156 §5.3.4; `X-Priority` is what other clients read. */
const importance: Readonly<Record<Importance, readonly Field[]>> = {
  low: [
    { key: 'Importance', value: 'low' },
    { key: 'X-Priority', value: '5 (Lowest)' },
  ],
  normal: [],
  high: [
    { key: 'Importance', value: 'high' },
    { key: 'X-Priority', value: '1 (Highest)' },
  ],
};

/** Text with the line breaks of RFC 2045 §6.8 and the shorter of the two encodings. */
function body(text: string) {
  const content = text.replaceAll(/\r\n?|\n/g, '\r\n');
  return { content, contentTransferEncoding: transferForm(content).encoding };
}

function part(attachment: Attachment, content: Readable | Buffer | undefined): MailComposerAttachment {
  const { filename, contentType, contentId } = attachment;
  return {
    filename,
    contentType,
    content: content ?? Buffer.alloc(0),
    contentDisposition: contentId === undefined ? 'attachment' : 'inline',
    ...(contentId === undefined ? {} : { cid: contentId }),
  };
}

/** Message-ID, Date, MIME-Version, Content-Type with its boundary, and the delimiters of three levels. */
const fixedBytes = 1500;

/** Header names, boundaries and line ends of one part. */
const partBytes = 500;

/**
 * The most bytes that the composed message can have, in its RFC 5322 form: within a few per cent for all but tiny messages.
 */
export const estimateMimeBytes = (message: Message): number =>
  mimeBytes(message, (text) => transferForm(text).bytes);

/** As many bytes or more, told without a look at the texts: for most messages that is far below any limit. */
export const mimeBytesAtMost = (message: Message): number =>
  mimeBytes(message, ({ length }) => base64Bytes(3 * length));

function mimeBytes(message: Message, textBytes: (text: string) => number): number {
  const mailboxes = [message.from, ...message.to, ...message.cc, ...message.bcc, ...message.replyTo];
  let bytes = fixedBytes + headerBytes(message.subject);
  for (const { name, address: addressOf } of mailboxes)
    bytes += headerBytes(name ?? '') + addressOf.length + 8;
  for (const { name, value } of message.headers) bytes += name.length + 4 + headerBytes(value);
  if (message.kept) {
    return message.attachments.reduce((sum, { size }) => sum + size, bytes + message.kept.contentType.length);
  }
  for (const text of [message.text, message.html]) {
    if (text) bytes += partBytes + textBytes(text);
  }
  for (const { filename, contentType, contentId, size } of message.attachments) {
    // The name stands there twice: `name=` of Content-Type and `filename=` of Content-Disposition, percent-encoded.
    const names = headerBytes(filename) + 5 * Buffer.byteLength(filename);
    bytes += partBytes + contentType.length + (contentId?.length ?? 0) + names + base64Bytes(size);
  }
  return bytes;
}

/** 57 bytes make a line of 76 characters and CRLF (RFC 2045 §6.8). */
const base64Bytes = (size: number): number => Math.ceil(size / 57) * 78;

/** Text in a header: folded when it is plain; otherwise encoded-words, Q at its worst, five bytes for one. */
function headerBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  const plain = /^[ !#-~]*$/.test(text) && !needsEncoding(text);
  return plain ? bytes + 3 * Math.ceil(bytes / 20) + 4 : 5 * bytes + 80;
}
