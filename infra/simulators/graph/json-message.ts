/**
 * A message as JSON, as `sendMail` wraps it (https://learn.microsoft.com/graph/api/user-sendmail) or bare, as a draft
 * is made of it (https://learn.microsoft.com/graph/api/user-post-messages); the metadata of `message` is at
 * https://learn.microsoft.com/graph/api/resources/message, read 2026-11.
 */
import { GRAPH, type Refusal } from './errors.ts';
import { senderAddress, type Mailbox } from './mailboxes.ts';
import { objectionToRecipients } from './recipients.ts';
import { hasShape, isObject, type Shape } from './shape.ts';

export interface MailAddress {
  readonly address: string;
  readonly name: string;
}

export interface FileAttachment {
  readonly name: string;
  readonly contentType: string;
  /** Base64 as received, or the bytes as they were uploaded, range by range. */
  readonly contentBytes: string | readonly Buffer[];
  /** Set only for an inline attachment. */
  readonly contentId?: string;
}

/** What an accepted body says, with the defaults filled in. */
export interface JsonMail {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly subject: string;
  readonly body: { readonly html: boolean; readonly content: string };
  readonly importance: string;
  readonly headers: readonly InternetMessageHeader[];
  readonly properties: readonly ExtendedProperty[];
  readonly attachments: readonly FileAttachment[];
  /** The caller's `internetMessageId`, empty when there is none. */
  readonly messageId: string;
}

export interface InternetMessageHeader {
  readonly name: string;
  readonly value: string;
}

/** `id` is `<type> <tag>` or `<type> {<GUID>} Name <name>`. */
export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

const recipient: Shape = {
  members: { emailAddress: { members: { address: 'string', name: 'string?' }, required: ['address'] } },
  required: ['emailAddress'],
};
const recipients: Shape = { each: recipient };
const header: Shape = { members: { name: 'string', value: 'string' }, required: ['name', 'value'] };
/** https://learn.microsoft.com/graph/api/resources/fileattachment */
const attachment: Shape = {
  members: {
    name: 'string',
    contentType: 'string?',
    contentBytes: 'base64',
    contentId: 'string?',
    isInline: 'boolean',
  },
  required: ['@odata.type', 'name', 'contentBytes'],
};
const message: Shape = {
  members: {
    subject: 'string?',
    body: { members: { contentType: ['text', 'html'], content: 'string?' } },
    toRecipients: recipients,
    ccRecipients: recipients,
    bccRecipients: recipients,
    replyTo: recipients,
    from: recipient,
    sender: recipient,
    importance: ['low', 'normal', 'high'],
    internetMessageHeaders: { each: header },
    internetMessageId: 'string?',
    isDeliveryReceiptRequested: 'boolean',
    isReadReceiptRequested: 'boolean',
    categories: { each: 'string' },
    flag: 'anything',
    attachments: { each: attachment },
    singleValueExtendedProperties: {
      each: { members: { id: 'string', value: 'string' }, required: ['id', 'value'] },
    },
    extensions: { each: 'anything' },
  },
};
/** The metadata spells the parameters of the action with capitals, the documentation without: both are taken. */
const body: Shape = {
  members: { message, Message: message, saveToSentItems: 'boolean', SaveToSentItems: 'boolean' },
};

const FILE_ATTACHMENT = '#microsoft.graph.fileattachment';
const MAX_HEADERS = 5;

export type JsonReading =
  | {
      readonly ok: true;
      readonly mail: JsonMail;
      readonly json: unknown;
      readonly saveToSentItems: boolean;
      /** Why it cannot be sent as it is. A draft may be so. */
      readonly objection: Refusal | undefined;
    }
  | { readonly ok: false; readonly refusal: Refusal };

export type BodyParsing =
  | { readonly ok: true; readonly json: Record<string, unknown> }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });

/** Parses a JSON body and holds it against its shape. */
export function parseBody(bytes: Buffer, shape: Shape): BodyParsing {
  if (bytes.length === 0) return refuse(GRAPH.emptyPayload);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return refuse(GRAPH.notJson);
  }
  return hasShape(json, shape) && isObject(json) ? { ok: true, json } : refuse(GRAPH.undeserializable);
}

/** Reads the body of `sendMail`. */
export function readSubmission(bytes: Buffer, mailbox: Mailbox): JsonReading {
  const parsed = parseBody(bytes, body);
  if (!parsed.ok) return parsed;
  const { json } = parsed;
  const content = json['message'] ?? json['Message'];
  if (!isObject(content)) return refuse(GRAPH.undeserializable);
  const saved = (json['saveToSentItems'] ?? json['SaveToSentItems']) !== false;
  return readMessage(content, json, mailbox, saved);
}

/** Reads a bare message, the body that makes a draft. */
export function readDraft(bytes: Buffer, mailbox: Mailbox): JsonReading {
  const parsed = parseBody(bytes, message);
  return parsed.ok ? readMessage(parsed.json, parsed.json, mailbox, true) : parsed;
}

function readMessage(
  content: Record<string, unknown>,
  json: unknown,
  mailbox: Mailbox,
  saveToSentItems: boolean,
): JsonReading {
  const attachments = records(content['attachments']);
  if (attachments.some((one) => !isFileAttachment(one))) return refuse(GRAPH.undeserializable);

  const headers = records(content['internetMessageHeaders']);
  // An empty list is refused with the sentence about too many, strange as it reads (msgraph-sdk-dotnet#2208).
  if (
    headers.length > MAX_HEADERS ||
    (headers.length === 0 && content['internetMessageHeaders'] !== undefined)
  ) {
    return refuse(GRAPH.headerCount);
  }
  const wrong = headers.find((one) => !text(one['name']).toLowerCase().startsWith('x-'));
  if (wrong !== undefined) return refuse(GRAPH.headerName(text(wrong['name'])));

  const to = addresses(content['toRecipients']);
  const cc = addresses(content['ccRecipients']);
  const bcc = addresses(content['bccRecipients']);
  const [from] = addresses(content['from'] === undefined ? [] : [content['from']]);
  const sender = from === undefined ? mailbox.address : senderAddress(mailbox, from.address);
  const denied = sender === undefined ? GRAPH.sendAsDenied : undefined;
  const itemBody = isObject(content['body']) ? content['body'] : {};
  return {
    ok: true,
    json,
    saveToSentItems,
    objection: objectionToRecipients([...to, ...cc, ...bcc].map(({ address }) => address)) ?? denied,
    mail: {
      // A mail in the mailbox's own name carries the name of the directory, not the one in the request.
      from: {
        address: sender ?? from?.address ?? '',
        name: sender === mailbox.address ? (mailbox.displayName ?? '') : (from?.name ?? ''),
      },
      to,
      cc,
      bcc,
      replyTo: addresses(content['replyTo']),
      subject: text(content['subject']),
      body: {
        html: text(itemBody['contentType']).toLowerCase() === 'html',
        content: text(itemBody['content']),
      },
      importance: text(content['importance']).toLowerCase() || 'normal',
      headers: headers.map((one) => ({ name: text(one['name']), value: text(one['value']) })),
      properties: records(content['singleValueExtendedProperties']).map((one) => ({
        id: text(one['id']),
        value: text(one['value']),
      })),
      attachments: attachments.map(fileAttachmentOf),
      messageId: text(content['internetMessageId']).trim(),
    },
  };
}

/** Reads the body of `POST …/attachments`: one file. */
export function readAttachment(
  bytes: Buffer,
): { readonly ok: true; readonly file: FileAttachment } | { readonly ok: false; readonly refusal: Refusal } {
  const parsed = parseBody(bytes, attachment);
  if (!parsed.ok) return parsed;
  if (!isFileAttachment(parsed.json)) return refuse(GRAPH.undeserializable);
  return { ok: true, file: fileAttachmentOf(parsed.json) };
}

function isFileAttachment(one: Record<string, unknown>): boolean {
  return text(one['@odata.type']).toLowerCase() === FILE_ATTACHMENT;
}

function fileAttachmentOf(one: Record<string, unknown>): FileAttachment {
  const contentId = text(one['contentId']);
  return {
    name: text(one['name']),
    contentType: text(one['contentType']) || 'application/octet-stream',
    contentBytes: text(one['contentBytes']),
    ...(one['isInline'] === true && contentId !== '' ? { contentId } : {}),
  };
}

function addresses(value: unknown): MailAddress[] {
  return records(value).map(({ emailAddress }) =>
    isObject(emailAddress)
      ? { address: text(emailAddress['address']).trim(), name: text(emailAddress['name']) }
      : { address: '', name: '' },
  );
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The string, or an empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
