/**
 * A message as the JSON body of `sendMail` (https://learn.microsoft.com/graph/api/user-sendmail, resource type `message`). Pure.
 */
import type { Attachment, HeaderField, Mailbox, Message } from '../message/message.ts';
import { tagOf, tagProperty } from './tag.ts';

interface Recipient {
  readonly emailAddress: { readonly address: string; readonly name?: string };
}

interface FileAttachment {
  readonly '@odata.type': '#microsoft.graph.fileAttachment';
  readonly name: string;
  readonly contentType: string;
  /** Base64. */
  readonly contentBytes: string;
  readonly isInline: boolean;
  /** Without angle brackets. */
  readonly contentId?: string;
}

/** The request body. */
export interface SendMailBody {
  readonly message: {
    readonly subject: string;
    readonly body: { readonly contentType: 'text' | 'html'; readonly content: string };
    readonly from: Recipient;
    readonly toRecipients: readonly Recipient[];
    readonly ccRecipients: readonly Recipient[];
    readonly bccRecipients: readonly Recipient[];
    readonly replyTo: readonly Recipient[];
    readonly importance: Message['importance'];
    /** At most five; the last is our tag. */
    readonly internetMessageHeaders: readonly HeaderField[];
    /** Our tag again, in a form that a look-up can filter by. */
    readonly singleValueExtendedProperties: readonly [{ readonly id: string; readonly value: string }];
    readonly attachments?: readonly FileAttachment[];
  };
  /** The documentation's sample sends a string; the metadata says Edm.Boolean. */
  readonly saveToSentItems: boolean;
}

/**
 * Builds the body.
 *
 * @param id Postrider's id of the message, for the tag.
 * @param headers the submitter's `X-` headers, at most four.
 * @param contents the attachments' bytes in base64, in the order of `message.attachments`.
 */
export function sendMailBody(
  message: Message,
  id: string,
  headers: readonly HeaderField[],
  contents: readonly string[],
): SendMailBody {
  return {
    message: {
      subject: message.subject,
      // HTML goes first: Exchange makes a text from it, and cannot make HTML from text.
      body:
        message.html === undefined
          ? { contentType: 'text', content: message.text ?? '' }
          : { contentType: 'html', content: message.html },
      from: recipient(message.from),
      toRecipients: message.to.map(recipient),
      ccRecipients: message.cc.map(recipient),
      bccRecipients: message.bcc.map(recipient),
      replyTo: message.replyTo.map(recipient),
      importance: message.importance,
      internetMessageHeaders: [...headers, tagOf(id)].map(({ name, value }) => ({ name, value })),
      singleValueExtendedProperties: [{ id: tagProperty, value: id }],
      ...(message.attachments.length > 0
        ? {
            attachments: message.attachments.map((attachment, index) =>
              fileOf(attachment, contents[index] ?? ''),
            ),
          }
        : {}),
    },
    saveToSentItems: message.saveToSentItems,
  };
}

/** An id as long as every other: the length of a body does not depend on which it is. */
const anyId = '0'.repeat(26);

/** Exact length in bytes of the body as JSON in UTF-8, without reading the attachments. */
export function sendMailBytes(message: Message, headers: readonly HeaderField[]): number {
  const body = sendMailBody(message, anyId, headers, []);
  return message.attachments.reduce((sum, { size }) => sum + base64Length(size), jsonLength(body));
}

/** Exact length in bytes of one attachment as JSON in UTF-8. */
export const fileBytes = (attachment: Attachment): number =>
  jsonLength(fileOf(attachment, '')) + base64Length(attachment.size);

const jsonLength = (value: object): number => Buffer.byteLength(JSON.stringify(value));
const base64Length = (size: number): number => 4 * Math.ceil(size / 3);

const recipient = ({ address, name }: Mailbox): Recipient => ({
  emailAddress: { address, ...(name === undefined ? {} : { name }) },
});

/** An attachment as Graph takes it. @param contentBytes base64. */
export const fileOf = (
  { filename, contentType, contentId }: Attachment,
  contentBytes: string,
): FileAttachment => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: filename,
  contentType,
  contentBytes,
  isInline: contentId !== undefined,
  ...(contentId === undefined ? {} : { contentId }),
});
