/**
 * Microsoft Graph's `sendMail`, as applications have written it against Graph itself: JSON, or base64 of a MIME message.
 * Source: https://learn.microsoft.com/graph/api/user-sendmail
 */
import { type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { pascal } from './acs.ts';
import { Foreign, isObject, listOf, present, textOf } from './foreign.ts';
import { foreignHeaders } from './headers.ts';
import { inlineIn } from './inline.ts';
import { named } from './mailboxes.ts';
import { Notes, foreignFaults, type ForeignAnswer, type Translation } from './translation.ts';

/**
 * Reads the JSON of a request. Never throws.
 *
 * @param mailbox of the path, whose message it is when it names no other; undefined for `/me`.
 */
export function readGraph(given: unknown, mailbox: string | undefined): Result<Translation> {
  const notes = new Notes();
  const request = new Foreign(given, notes);
  // Graph matches names of parameters whatever their case.
  const message = isObject(request.get('Message')) ? request.inside('Message') : request.inside('message');
  const body = message.inside('body');
  const saved = request.get('saveToSentItems') ?? request.get('SaveToSentItems');
  const html = textOf(body.get('contentType'))?.toLowerCase() === 'html';
  const content = body.get('content') ?? '';
  const headers = foreignHeaders(
    fields(message.get('internetMessageHeaders')),
    notes,
    'internetMessageHeaders',
  );
  const importance = message.get('importance');
  const sender = message.get('sender');
  const from = mailboxOf(message.get('from') ?? sender) ?? mailbox;
  if (from === undefined) {
    notes.fault(
      'message.from',
      'A key speaks for no mailbox of its own; name the sender in "from", or send to /users/{address}/sendMail.',
    );
  }
  message.cannot({
    isReadReceiptRequested: 'Receipts are not asked for.',
    isDeliveryReceiptRequested: 'Receipts are not asked for.',
    flag: 'Flags are not sent.',
    singleValueExtendedProperties: 'Extended properties are not sent.',
    multiValueExtendedProperties: 'Extended properties are not sent.',
  });
  const categories = message.get('categories');
  const document = present({
    from,
    to: people(message.get('toRecipients')),
    cc: people(message.get('ccRecipients')),
    bcc: people(message.get('bccRecipients')),
    reply_to: people(message.get('replyTo')),
    subject: message.get('subject') ?? '',
    ...(html ? { html: content } : { text: content }),
    headers: headers.headers,
    importance:
      typeof importance === 'string' ? importance.toLowerCase() : (importance ?? headers.importance),
    attachments: attachments(message.get('attachments'), html ? content : undefined, notes),
    tags:
      categories === undefined ? undefined : listOf(categories).map((value) => ({ name: 'category', value })),
    save_to_sent_items: saved === 'false' ? false : saved === 'true' ? true : saved,
  });
  for (const name of ['id', 'hasAttachments', '@odata.type', 'bodyPreview']) message.get(name);
  body.rest();
  message.rest();
  request.rest();
  return notes.conclude({ document, warnings: notes.warnings, spelled });
}

const spelled: Translation['spelled'] = {
  from: 'message.from',
  to: 'message.toRecipients',
  cc: 'message.ccRecipients',
  bcc: 'message.bccRecipients',
  reply_to: 'message.replyTo',
  subject: 'message.subject',
  text: 'message.body.content',
  html: 'message.body.content',
  headers: 'message.internetMessageHeaders',
  importance: 'message.importance',
  attachments: 'message.attachments',
  save_to_sent_items: 'saveToSentItems',
};

function mailboxOf(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { emailAddress } = value;
  if (!isObject(emailAddress)) return value;
  const { address, name } = emailAddress;
  return typeof address === 'string' ? named(address, name === address ? undefined : name) : value;
}

const people = (value: unknown): unknown =>
  value === undefined ? undefined : listOf(value).map((one) => mailboxOf(one));

const fields = (value: unknown): readonly (readonly [string, unknown])[] =>
  listOf(value).map((one) => {
    const { name, value: text } = isObject(one) ? one : {};
    return [typeof name === 'string' ? name : '', text] as const;
  });

function attachments(value: unknown, html: unknown, notes: Notes): unknown {
  if (value === undefined) return undefined;
  const idOf = inlineIn(html, notes);
  return listOf(value).map((one, i) => {
    if (!isObject(one)) return one;
    const at = `message.attachments.${i}`;
    const file = new Foreign(one, notes, at);
    const type = file.get('@odata.type');
    if (type !== undefined && !isFile(type)) {
      notes.fault(at, 'Only files are attached: "#microsoft.graph.fileAttachment".');
    }
    for (const name of ['id', 'size', 'lastModifiedDateTime']) file.get(name);
    const attachment = present({
      filename: file.get('name'),
      content: file.get('contentBytes'),
      content_type: file.get('contentType'),
      content_id: idOf(file.get('contentId'), file.get('isInline') === true, `${at}.isInline`),
    });
    file.rest();
    return attachment;
  });
}

const isFile = (type: unknown): boolean =>
  typeof type === 'string' && /^#?microsoft\.graph\.fileAttachment$/i.test(type);

/** The answer to what was accepted. @param id of the message, for who wants to ask for it. */
export const graphAccepted = (id: string): ForeignAnswer => ({
  status: 202,
  headers: { 'x-postrider-message-id': id },
});

/** Graph's own codes where people branch on them. */
const codes: Readonly<Record<string, string>> = {
  'missing-credentials': 'InvalidAuthenticationToken',
  'invalid-api-key': 'InvalidAuthenticationToken',
  'sender-not-allowed': 'ErrorSendAsDenied',
  'invalid-submission': 'ErrorInvalidRequest',
  'message-too-large': 'ErrorMessageSizeExceeded',
  'quota-exceeded': 'ApplicationThrottled',
  'wait-too-long': 'ApplicationThrottled',
  'storage-unavailable': 'ServiceUnavailable',
};

/** A refusal, `{ error: { code, message, innerError } }`. @param id of the request. @param now when it was refused. */
export function graphRefusal(problem: Problem, id: string, now: Date): ForeignAnswer {
  const { status } = refusals[problem.code];
  const [first] = foreignFaults(problem, spelled);
  const message = first && first.field !== '' ? `${first.field}: ${first.detail}` : problem.detail;
  return {
    status: status === 422 ? 400 : status,
    headers: { 'request-id': id },
    body: {
      error: {
        code: codes[problem.code] ?? pascal(problem.code),
        message,
        innerError: { date: now.toISOString().slice(0, 19), 'request-id': id, 'client-request-id': id },
      },
    },
  };
}
