/**
 * Azure Communication Services Email: `POST /emails:send`, and an operation that the client asks until it has ended.
 * Source: https://learn.microsoft.com/rest/api/communication/email/email/send
 */
import { type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { Foreign, isObject, listOf, present, strings } from './foreign.ts';
import { foreignHeaders } from './headers.ts';
import { objectMailboxes } from './mailboxes.ts';
import { foreignFaults, Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** Reads the JSON of a message. Never throws. */
export function readAcs(given: unknown): Result<Translation> {
  const notes = new Notes();
  const mail = new Foreign(given, notes);
  const content = mail.inside('content');
  const recipients = mail.inside('recipients');
  // Nothing is tracked, so that switching it off is honoured.
  mail.get('userEngagementTrackingDisabled');
  const fields = strings(mail.get('headers'));
  const headers = foreignHeaders(isObject(fields) ? Object.entries(fields) : [], notes, 'headers');
  const document = present({
    from: mail.get('senderAddress'),
    to: people(recipients.get('to')),
    cc: people(recipients.get('cc')),
    bcc: people(recipients.get('bcc')),
    reply_to: people(mail.get('replyTo')) ?? headers.replyTo,
    subject: content.get('subject'),
    text: content.get('plainText'),
    html: content.get('html'),
    headers: headers.headers,
    importance: headers.importance,
    attachments: attachments(mail.get('attachments'), notes),
  });
  content.rest();
  recipients.rest();
  mail.rest();
  return notes.conclude({ document, warnings: notes.warnings, spelled });
}

const people = (value: unknown): unknown => objectMailboxes(value, 'address', 'displayName');

const spelled: Translation['spelled'] = {
  from: 'senderAddress',
  to: 'recipients.to',
  cc: 'recipients.cc',
  bcc: 'recipients.bcc',
  reply_to: 'replyTo',
  subject: 'content.subject',
  text: 'content.plainText',
  html: 'content.html',
};

const attachments = (value: unknown, notes: Notes): unknown =>
  value === undefined
    ? undefined
    : listOf(value).map((one, i) => {
        if (!isObject(one)) return one;
        const file = new Foreign(one, notes, `attachments.${i}`);
        const attachment = present({
          filename: file.get('name'),
          content: file.get('contentInBase64'),
          content_type: file.get('contentType'),
          content_id: file.get('contentId'),
        });
        file.rest();
        return attachment;
      });

/** What an operation is made of; reporting's status has these. */
export interface AcsMessage {
  readonly status: string;
  readonly last_event: string;
  /** Why it stands where it does. */
  readonly reason?: string | undefined;
}

/** Seconds until a client should ask again. */
const retryAfter = '2';

/** The answer to what was accepted. @param id of the operation. @param location absolute URL of the operation. */
export const acsAccepted = (id: string, location: string): ForeignAnswer => ({
  status: 202,
  headers: { 'operation-location': location, 'retry-after': retryAfter },
  body: { id, status: 'Running' },
});

/** The operation as it stands. `Succeeded` means that Microsoft 365 took the message. */
export function acsOperation(id: string, { status, last_event: last, reason }: AcsMessage): ForeignAnswer {
  if (last === 'sent') return { status: 200, body: { id, status: 'Succeeded' } };
  if (last === 'canceled') return { status: 200, body: { id, status: 'Canceled' } };
  // Held for a person: nothing happens any more by itself.
  if (last === 'failed' || status === 'unknown') {
    const message = reason ?? `The message is ${status}.`;
    return { status: 200, body: { id, status: 'Failed', error: { code: pascal(status), message } } };
  }
  return { status: 200, headers: { 'retry-after': retryAfter }, body: { id, status: 'Running' } };
}

/** A refusal, `{ error: { code, message, details } }`. */
export function acsRefusal(problem: Problem): ForeignAnswer {
  const { status } = refusals[problem.code];
  const code = { 401: 'Unauthorized', 429: 'TooManyRequests' }[status as number] ?? pascal(problem.code);
  const faults = foreignFaults(problem, spelled).filter(({ field }) => field !== '');
  const [first] = faults;
  const message = first ? `${first.field}: ${first.detail}` : problem.detail;
  const details = faults.map(({ field, detail }) => ({ code, target: field, message: detail }));
  return {
    status: status === 422 ? 400 : status,
    headers: { 'x-ms-error-code': code },
    body: { error: { code, message, ...(details.length > 0 ? { details } : {}) } },
  };
}

/** `sender-not-allowed` → `SenderNotAllowed`. */
export const pascal = (code: string): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
