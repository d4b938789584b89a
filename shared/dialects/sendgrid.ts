/**
 * SendGrid's Mail Send, `POST /v3/mail/send`: one message for each personalization.
 * Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
import { isMessageId } from '../platform/id.ts';
import { type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { Foreign, isObject, listOf, present, scalar, strings, textOf } from './foreign.ts';
import { foreignHeaders } from './headers.ts';
import { inlineIn } from './inline.ts';
import { objectMailbox, objectMailboxes } from './mailboxes.ts';
import { substitute } from './substitute.ts';
import { templateWish } from './template-wish.ts';
import { foreignFaults, Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** What a request asks for. */
export interface SendGridRequest {
  readonly messages: readonly Translation[];
  /** `mail_settings.sandbox_mode`: to be checked, and not sent. */
  readonly sandbox: boolean;
}

const notTracked = 'Opens and clicks are not tracked, and nothing is rewritten.';

/** Reads the JSON of a request. Never throws. */
export function readSendGrid(given: unknown): Result<SendGridRequest> {
  const notes = new Notes();
  const mail = new Foreign(given, notes);
  const settings = mail.inside('mail_settings');
  const sandbox = settings.inside('sandbox_mode').get('enable') === true;
  mail.cannot({
    tracking_settings: notTracked,
    asm: 'Unsubscribe groups are not kept here; decide who receives the message before you send it.',
    ip_pool_name: 'Microsoft 365 chooses the address that it sends from.',
  });
  settings.cannot({
    bypass_list_management: 'There are no lists of unsubscribed recipients to bypass.',
    bypass_spam_management: 'There are no lists of spam reports to bypass.',
    bypass_bounce_management: 'There are no lists of bounces to bypass.',
    bypass_unsubscribe_management: 'There are no lists of unsubscribed recipients to bypass.',
    footer: 'No footer is added; write it into the content.',
    bcc: 'Use "bcc" of the personalization.',
    spam_check: 'Microsoft 365 checks what it sends.',
  });
  const batch = readBatchId(mail.get('batch_id'), notes);
  const whole = { ...readWhole(mail, notes), template: mail.get('template_id') };
  const personalizations = mail.get('personalizations');
  mail.rest();
  settings.rest();
  if (!Array.isArray(personalizations) || personalizations.length === 0) {
    notes.fault('personalizations', 'Give at least one personalization with "to".');
  } else if (personalizations.length > 100) {
    notes.fault('personalizations', 'Give at most 100 personalizations in one request.');
  }
  const shared = notes.warnings.length;
  const messages = listOf(personalizations)
    .slice(0, 100)
    .map((one, i) => {
      const own = new Notes();
      const { document, spelled } = readPersonalization(
        new Foreign(one, own, `personalizations.${i}`),
        i,
        whole,
        own,
        notes,
      );
      return { document, spelled, batch, warnings: [...notes.warnings.slice(0, shared), ...own.warnings] };
    });
  return notes.conclude({ messages, sandbox });
}

function readBatchId(value: unknown, notes: Notes): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && isMessageId(value)) return value;
  notes.fault('batch_id', 'Have an id made by POST /v3/mail/batch of this bridge.');
  return undefined;
}

/** What all personalizations share. */
interface Whole {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: readonly (readonly [string, unknown])[];
  readonly metadata: unknown;
  readonly sections: ReadonlyMap<string, string>;
  /** The name of a template, which then says text and HTML. */
  readonly template: unknown;
}

function readWhole(mail: Foreign, notes: Notes): Omit<Whole, 'template'> {
  const content = new Map<string, unknown>();
  for (const [i, part] of listOf(mail.get('content')).entries()) {
    const { type, value } = isObject(part) ? part : {};
    const kind = { 'text/plain': 'text', 'text/html': 'html' }[mediaType(type)];
    if (kind !== undefined && !content.has(kind)) content.set(kind, value ?? undefined);
    else if (kind !== undefined) notes.fault(`content.${i}.type`, 'There is content of this type already.');
    else notes.warn(`content.${i}`, 'Only text/plain and text/html are sent; attach other parts.');
  }
  const replyToList = mail.get('reply_to_list');
  const replyTo = mail.get('reply_to');
  const categories = mail.get('categories');
  return {
    fields: {
      from: objectMailbox(mail.get('from'), 'email', 'name'),
      reply_to:
        replyToList === undefined
          ? objectMailbox(replyTo, 'email', 'name')
          : objectMailboxes(replyToList, 'email', 'name'),
      subject: mail.get('subject'),
      text: content.get('text'),
      html: content.get('html'),
      attachments: attachments(mail.get('attachments'), content.get('html'), notes),
      tags:
        categories === undefined
          ? undefined
          : listOf(categories).map((value) => ({ name: 'category', value: scalar(value) })),
      scheduled_at: time(mail.get('send_at'), 'send_at', notes),
    },
    headers: entries(mail.get('headers')),
    metadata: strings(mail.get('custom_args')),
    sections: textsOf(mail.get('sections')),
  };
}

function readPersonalization(
  one: Foreign,
  i: number,
  { fields: { text, html, ...fields }, headers, metadata, sections, template }: Whole,
  own: Notes,
  notes: Notes,
): Omit<Translation, 'warnings'> {
  const at = `personalizations.${i}`;
  const given = textsOf(one.get('substitutions'));
  const tooLong = () => notes.fault(`${at}.substitutions`, 'The content with its substitutions is too long.');
  const table = withSections(given, sections, tooLong);
  const fill = (content: unknown): unknown => {
    const unfilled = table.size > 0 ? textOf(content) : undefined;
    if (unfilled === undefined) return content;
    const filled = substitute(unfilled, table);
    if (filled === undefined) tooLong();
    return filled;
  };
  if (template === undefined) {
    one.cannot({ dynamic_template_data: 'It belongs to a template, and "template_id" names none.' });
  } else if (text !== undefined || html !== undefined) {
    own.warn('content', 'The template says what the message says.');
  }
  const from = one.get('from');
  const subject = one.get('subject') ?? fields['subject'];
  const sendAt = time(one.get('send_at'), `${at}.send_at`, notes);
  const further = foreignHeaders(overriding(headers, entries(one.get('headers'))), own, 'headers');
  const args = strings(one.get('custom_args'));
  const document = present({
    ...fields,
    ...(from === undefined ? {} : { from: objectMailbox(from, 'email', 'name') }),
    to: objectMailboxes(one.get('to'), 'email', 'name'),
    cc: objectMailboxes(one.get('cc'), 'email', 'name'),
    bcc: objectMailboxes(one.get('bcc'), 'email', 'name'),
    reply_to: fields['reply_to'] ?? further.replyTo,
    subject: fill(subject),
    ...(template === undefined
      ? { text: fill(text), html: fill(html) }
      : { template: templateWish(template, variables(one.get('dynamic_template_data'), given)) }),
    headers: further.headers,
    importance: further.importance,
    metadata: isObject(metadata) && isObject(args) ? { ...metadata, ...args } : (args ?? metadata),
    scheduled_at: sendAt ?? fields['scheduled_at'],
  });
  one.rest();
  return { document, spelled: namesAt(at, from !== undefined) };
}

const namesAt = (at: string, ownFrom: boolean): Readonly<Record<string, string>> => ({
  from: ownFrom ? `${at}.from` : 'from',
  to: `${at}.to`,
  cc: `${at}.cc`,
  bcc: `${at}.bcc`,
  text: 'content',
  html: 'content',
  tags: 'categories',
  metadata: 'custom_args',
  scheduled_at: 'send_at',
  template: 'template_id',
  'template/id': 'template_id',
  'template/variables': `${at}.dynamic_template_data`,
});

/** What fills a template: its data, or the substitutions of an older one, without the signs around their names. */
function variables(data: unknown, given: ReadonlyMap<string, string>): unknown {
  if (data !== undefined) return data;
  return Object.fromEntries(
    [...given].map(([name, value]) => [name.replace(/^[^\w]{1,9}/, '').replace(/[^\w]{1,9}$/, ''), value]),
  );
}

function attachments(value: unknown, html: unknown, notes: Notes): unknown {
  if (value === undefined) return undefined;
  const idOf = inlineIn(html, notes);
  return listOf(value).map((one, i) => {
    if (!isObject(one)) return one;
    const file = new Foreign(one, notes, `attachments.${i}`);
    const asked = file.get('disposition') === 'inline';
    // What @sendgrid/mail's types call it, and leaves so.
    const id = file.get('content_id') ?? file.get('contentId');
    const attachment = present({
      filename: file.get('filename'),
      content: file.get('content'),
      content_type: file.get('type'),
      content_id: idOf(id, asked, `attachments.${i}.disposition`),
    });
    file.rest();
    return attachment;
  });
}

const mediaType = (value: unknown): string =>
  typeof value === 'string' ? (value.split(';')[0] ?? '').trim().toLowerCase() : '';

const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value).map(([name, one]) => [name, scalar(one)] as const) : [];

/** Header fields of the whole, less those that a personalization has of its own. */
function overriding(
  whole: readonly (readonly [string, unknown])[],
  own: readonly (readonly [string, unknown])[],
): readonly (readonly [string, unknown])[] {
  const given = new Set(own.map(([name]) => name.toLowerCase()));
  return [...whole.filter(([name]) => !given.has(name.toLowerCase())), ...own];
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [name, one] of entries(value)) {
    const text = textOf(one);
    if (name !== '' && text !== undefined) table.set(name, text);
  }
  return table;
}

/** Substitutions whose values name sections, and sections that hold substitutions: each filled into the other, once. */
function withSections(
  given: ReadonlyMap<string, string>,
  sections: ReadonlyMap<string, string>,
  tooLong: () => void,
): ReadonlyMap<string, string> {
  if (sections.size === 0) return given;
  const fill = (text: string, table: ReadonlyMap<string, string>): string => {
    const filled = substitute(text, table);
    if (filled === undefined) tooLong();
    return filled ?? '';
  };
  const filled = new Map([...sections].map(([name, text]) => [name, fill(text, given)]));
  return new Map([...filled, ...[...given].map(([name, text]) => [name, fill(text, filled)] as const)]);
}

/** Seconds since 1970 as RFC 3339. */
export function time(value: unknown, field: string, notes: Notes): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e11) {
    return new Date(value * 1000).toISOString();
  }
  notes.fault(field, 'Give the time as whole seconds since 1970 (UTC).');
  return undefined;
}

/** The answer to what was accepted. @param ids of the messages, in the order of the personalizations. */
export const sendGridAccepted = (ids: readonly string[]): ForeignAnswer => ({
  status: 202,
  headers: {
    'x-message-id': ids[0] ?? '',
    ...(ids.length > 1 ? { 'x-postrider-message-ids': ids.join(', ') } : {}),
  },
});

/** The answer to a request that was only to be checked. */
export const sendGridChecked: ForeignAnswer = { status: 200 };

/** What `GET /v3/scopes` answers: "test connection" buttons look whether `mail.send` is there. */
export const sendGridScopes: ForeignAnswer = {
  status: 200,
  body: { scopes: ['mail.send', 'sandbox_mode.send'] },
};

/** A refusal, `{ errors: [{ message, field, help }] }`. */
export function sendGridRefusal(
  problem: Problem,
  messages: readonly Pick<Translation, 'spelled'>[] = [],
): ForeignAnswer {
  const { status } = refusals[problem.code];
  const names = messages.map((message) => message.spelled);
  const faults = foreignFaults(problem, names.length === 1 ? names[0] : names);
  return {
    status: status === 422 ? 400 : status,
    body: {
      errors: faults.map(({ field, detail }) => ({
        message: detail,
        field: field === '' ? null : field,
        help: `/problems/${problem.code}`,
      })),
    },
  };
}
