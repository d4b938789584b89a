/**
 * The JSON body of `sendMail`: https://learn.microsoft.com/graph/api/user-sendmail and the metadata of `message`
 * (https://learn.microsoft.com/graph/api/resources/message), read 2026-11.
 */
import { GRAPH, type Refusal } from './errors.ts';
import { senderAddress, type Mailbox } from './mailboxes.ts';
import { hasShape, isObject, type Shape } from './shape.ts';

export interface MailAddress {
  readonly address: string;
  readonly name: string;
}

export interface FileAttachment {
  readonly name: string;
  readonly contentType: string;
  /** Base64 as received. */
  readonly contentBytes: string;
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
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly FileAttachment[];
}

const recipient: Shape = {
  members: { emailAddress: { members: { address: 'string', name: 'string?' }, required: ['address'] } },
  required: ['emailAddress'],
};
const recipients: Shape = { each: recipient };
const header: Shape = { members: { name: 'string', value: 'string' }, required: ['name', 'value'] };
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
  | { readonly ok: true; readonly mail: JsonMail; readonly json: unknown }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (refusal: Refusal): JsonReading => ({ ok: false, refusal });

export function readJsonMail(bytes: Buffer, mailbox: Mailbox): JsonReading {
  if (bytes.length === 0) return refuse(GRAPH.emptyPayload);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return refuse(GRAPH.notJson);
  }
  if (!hasShape(json, body) || !isObject(json)) return refuse(GRAPH.undeserializable);
  const content = json['message'] ?? json['Message'];
  if (!isObject(content)) return refuse(GRAPH.undeserializable);
  const attachments = records(content['attachments']);
  if (attachments.some((one) => text(one['@odata.type']).toLowerCase() !== FILE_ATTACHMENT)) {
    return refuse(GRAPH.undeserializable);
  }

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
  const everyone = [...to, ...cc, ...bcc];
  if (everyone.length === 0) return refuse(GRAPH.noRecipients);
  const unresolved = everyone.find(({ address }) => !isAddress(address));
  if (unresolved !== undefined) return refuse(GRAPH.unresolved(unresolved.address));

  const [from] = addresses(content['from'] === undefined ? [] : [content['from']]);
  const sender = from === undefined ? mailbox.address : senderAddress(mailbox, from.address);
  if (sender === undefined) return refuse(GRAPH.sendAsDenied);
  const itemBody = isObject(content['body']) ? content['body'] : {};
  return {
    ok: true,
    json,
    mail: {
      // A mail in the mailbox's own name carries the name of the directory, not the one in the request.
      from: {
        address: sender,
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
      headers: [
        ...headers.map((one) => ({ name: text(one['name']), value: text(one['value']) })),
        ...propertyHeaders(records(content['singleValueExtendedProperties'])),
      ],
      attachments: attachments.map(readAttachment),
    },
  };
}

/** The one MAPI property that is known to come out as a header which no x-header can set (redaxo#6590). */
function propertyHeaders(properties: readonly Record<string, unknown>[]): { name: string; value: string }[] {
  return properties
    .filter((one) => text(one['id']).toLowerCase() === 'string 0x1045')
    .map((one) => ({ name: 'List-Unsubscribe', value: text(one['value']) }));
}

function readAttachment(one: Record<string, unknown>): FileAttachment {
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

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What Exchange resolves without asking the directory: one at sign with something harmless on both sides. */
export function isAddress(address: string): boolean {
  return /^(?:"[^"\r\n]+"|[^\s@<>()[\]\\,;:"]+)@[^\s@<>()\\,;:"]+$/u.test(address) && address.length <= 320;
}
