/** A message as nodemailer's pool wants it: streamed attachments, envelope, tag. */
import { Readable } from 'node:stream';
import type { SendMailOptions } from 'nodemailer';
import type { KeptBody } from '../message/kept-body.ts';
import { estimateMimeBytes, toMailOptions, type MimeMail } from '../message/mime.ts';
import { recipients, type Message } from '../message/message.ts';
import { AttachmentError } from './attachment-error.ts';
import { headOfKept } from './kept-mime.ts';
import { tagOf } from './tag.ts';
import { withTextPart } from './text-part.ts';
import type { OutgoingMessage } from './transport.ts';

/** @param signal ends the attempt. */
export async function smtpMail(mail: OutgoingMessage, signal: AbortSignal): Promise<SendMailOptions> {
  const message = {
    ...(await withTextPart(mail.message)),
    headers: [...mail.message.headers, tagOf(mail.id)],
  };
  const files = message.attachments.map((_, index) =>
    Readable.from(read(mail, index), { objectMode: false }),
  );
  const whole = { messageId: mail.messageId, date: mail.date, message };
  return {
    ...(message.kept ? await keptMail(whole, message.kept, files) : toMailOptions(whole, files)),
    envelope: {
      // Exchange checks the right to send as From against the login; MAIL FROM is where its bounces go.
      from: message.from.address,
      // The header still names everybody (RFC 5321 §3.6.3 keeps the two apart).
      to: mail.pending ? [...mail.pending] : recipients(message).map(({ address }) => address),
      // With the size in MAIL a server refuses what is too large before it comes (RFC 1870).
      size: estimateMimeBytes(message),
      // Composed messages are 7bit; a body that is kept may be 8bit (RFC 6152).
      ...(message.kept ? { use8BitMime: true } : {}),
    },
    signal,
  };
}

/** A body that is kept, behind the header section. */
async function keptMail(
  mail: MimeMail,
  kept: KeptBody,
  [body = Readable.from([])]: readonly Readable[],
): Promise<SendMailOptions> {
  const head = await headOfKept(mail, kept, false);
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    for await (const chunk of body) yield bufferOf(chunk);
  }
  return { messageId: mail.messageId, raw: Readable.from(whole(), { objectMode: false }) };
}

/** Opens an attachment when its turn comes, so that a message waiting for a connection holds nothing open. */
async function* read(mail: OutgoingMessage, index: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of await mail.openAttachment(index)) yield bufferOf(chunk);
  } catch (cause) {
    throw new AttachmentError(cause);
  }
}

const bufferOf = (chunk: unknown): Buffer =>
  chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : Buffer.from(String(chunk));

/** What client submission cannot carry, in words for the submitter. */
export const smtpNotCarried = ({ saveToSentItems }: Message): string[] =>
  saveToSentItems
    ? []
    : ['save_to_sent_items: over SMTP the mailbox decides itself whether it keeps a copy, and usually does.'];
