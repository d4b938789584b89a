/**
 * A message as the JSON body of `sendMail` (https://learn.microsoft.com/graph/api/user-sendmail, resource type `message`). Pure.
 */
import type { Attachment, HeaderField, Mailbox, Message } from '../message/message.ts';

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
    /** Absent when empty: Graph refuses an empty list (msgraph-sdk-dotnet#2208). */
    readonly internetMessageHeaders?: readonly HeaderField[];
    readonly attachments?: readonly FileAttachment[];
  };
  /** The documentation's sample sends a string; the metadata says Edm.Boolean. */
  readonly saveToSentItems: boolean;
}

/**
 * Builds the body.
 *
 * @param headers `X-` headers, at most five.
 * @param contents the attachments' bytes in base64, in the order of `message.attachments`.
 */
export function sendMailBody(
  message: Message,
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
      ...(headers.length > 0
        ? { internetMessageHeaders: headers.map(({ name, value }) => ({ name, value })) }
        : {}),
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

/** Exact length in bytes of the body as JSON in UTF-8, without reading the attachments. */
export function sendMailBytes(message: Message, headers: readonly HeaderField[]): number {
  const empty = Buffer.byteLength(JSON.stringify(sendMailBody(message, headers, [])));
  return message.attachments.reduce((sum, { size }) => sum + 4 * Math.ceil(size / 3), empty);
}

const recipient = ({ address, name }: Mailbox): Recipient => ({
  emailAddress: { address, ...(name === undefined ? {} : { name }) },
});

const fileOf = ({ filename, contentType, contentId }: Attachment, contentBytes: string): FileAttachment => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: filename,
  contentType,
  contentBytes,
  isInline: contentId !== undefined,
  ...(contentId === undefined ? {} : { contentId }),
});
