/**
 * Mailgun's `POST /v3/{domain}/messages`, a form, and `/messages.mime`, a form with a whole message in it.
 * Source: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
 */
import { type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { isObject, present, scalar, textOf } from './foreign.ts';
import type { Form, FormFile } from './form.ts';
import { foreignHeaders } from './headers.ts';
import { splitMailboxes } from './mailboxes.ts';
import { bare, readMime } from './mime.ts';
import { substitute } from './substitute.ts';
import { foreignFaults, Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** What a request asks for. */
export interface MailgunRequest {
  /** One message, or one for each recipient where there are variables for them. */
  readonly messages: readonly Translation[];
  /** `o:testmode`: to be checked, and not sent. */
  readonly test: boolean;
}

/** Most messages that recipient variables may make. */
const messageLimit = 100;

/** Reads the form of a message in parts. Never throws. */
export function readMailgun(form: Form): Result<MailgunRequest> {
  const notes = new Notes();
  const taken = new Taken(form, notes);
  const options = readOptions(taken, notes);
  for (const name of ['template', 't:version', 't:text', 't:variables']) {
    if (taken.one(name) !== undefined)
      notes.fault(name, 'Templates are not kept here; send the finished texts.');
  }
  const document = present({
    from: taken.one('from'),
    to: taken.addresses('to'),
    cc: taken.addresses('cc'),
    bcc: taken.addresses('bcc'),
    reply_to: options.replyTo,
    subject: taken.one('subject') ?? '',
    text: taken.one('text'),
    html: taken.one('html'),
    attachments: attachments(form.files, notes),
    ...options.fields,
  });
  if (taken.one('amp-html') !== undefined) notes.warn('amp-html', 'Only text and HTML are sent.');
  const variables = readVariables(taken.one('recipient-variables'), notes);
  taken.rest();
  const messages = variables ? perRecipient(document, variables, notes) : [document];
  return notes.conclude({
    messages: messages.map((one) => ({ document: one, warnings: notes.warnings, spelled })),
    test: options.test,
  });
}

/** Reads the form of a whole message: `to` names the recipients of its envelope. Never throws. */
export async function readMailgunMime(form: Form): Promise<Result<MailgunRequest>> {
  const notes = new Notes();
  const taken = new Taken(form, notes);
  const options = readOptions(taken, notes);
  const to = taken.addresses('to');
  const message = form.files.find(({ field }) => field === 'message');
  const bytes = message?.bytes ?? Buffer.from(taken.one('message') ?? '');
  taken.rest();
  const read = await readMime(bytes, to);
  if (!read.ok) return read;
  const { headers, ...fields } = options.fields;
  if (headers !== undefined) notes.warn('h:', 'The header fields of the message decide.');
  const document = present({ ...read.value.document, ...fields });
  const warnings = [...read.value.warnings, ...notes.warnings];
  return notes.conclude({
    messages: [{ document, warnings, spelled: read.value.spelled }],
    test: options.test,
  });
}

const spelled: Translation['spelled'] = {
  reply_to: 'h:Reply-To',
  headers: 'h:',
  attachments: 'attachment',
  tags: 'o:tag',
  metadata: 'v:',
  scheduled_at: 'o:deliverytime',
};

/** The fields of a form, and which of them somebody asked for. */
class Taken {
  readonly #form: Form;
  readonly #notes: Notes;
  readonly #seen = new Set<string>();

  constructor(form: Form, notes: Notes) {
    this.#form = form;
    this.#notes = notes;
  }

  all(name: string): readonly string[] {
    this.#seen.add(name);
    return this.#form.fields.get(name) ?? [];
  }

  one(name: string): string | undefined {
    const [first, ...more] = this.all(name);
    if (more.length > 0) this.#notes.warn(name, 'It stands here several times; the first one counts.');
    return first;
  }

  addresses(name: string): readonly string[] | undefined {
    const all = this.all(name);
    return all.length === 0 ? undefined : all.flatMap((text) => splitMailboxes(text));
  }

  /** Fields whose names begin so, without that beginning. */
  beginning(prefix: string): readonly (readonly [string, string])[] {
    return [...this.#form.fields.keys()].flatMap((name) => {
      const value = name.startsWith(prefix) ? this.one(name) : undefined;
      return value === undefined ? [] : [[name.slice(prefix.length), value] as const];
    });
  }

  rest(): void {
    for (const name of this.#form.fields.keys()) {
      if (!this.#seen.has(name)) this.#notes.warn(name, 'This field is not known here and was left out.');
    }
    for (const { field } of this.#form.files) {
      if (!['attachment', 'inline', 'message'].includes(field)) {
        this.#notes.warn(field, 'A file in this field is not known here and was left out.');
      }
    }
  }
}

interface Options {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly replyTo: string | undefined;
  readonly test: boolean;
}

const notTracked = 'Opens and clicks are not tracked.';

function readOptions(taken: Taken, notes: Notes): Options {
  const tags = taken.all('o:tag');
  const test = isOn(taken.one('o:testmode'));
  const headers = foreignHeaders(taken.beginning('h:'), notes, 'h');
  const metadata = taken.beginning('v:');
  for (const [name, detail] of [
    ['o:tracking', notTracked],
    ['o:tracking-opens', notTracked],
    ['o:tracking-clicks', notTracked],
    ['o:tracking-pixel-location-top', notTracked],
    ['o:require-tls', 'Microsoft 365 decides how it hands messages on.'],
    ['o:skip-verification', 'Microsoft 365 decides how it hands messages on.'],
    ['o:dkim', 'Microsoft 365 signs as the domain is set up.'],
  ] as const) {
    if (isOn(taken.one(name))) notes.warn(name, detail);
  }
  return {
    fields: present({
      headers: headers.headers,
      importance: headers.importance,
      tags: tags.length > 0 ? tags.map((value) => ({ name: 'tag', value })) : undefined,
      metadata: metadata.length > 0 ? Object.fromEntries(metadata) : undefined,
      scheduled_at: deliveryTime(taken.one('o:deliverytime'), notes),
    }),
    replyTo: headers.replyTo,
    test,
  };
}

const isOn = (text: string | undefined): boolean =>
  text !== undefined && !['no', 'false', '0', ''].includes(text.trim().toLowerCase());

/** RFC 5322 §3.3, which Mailgun calls RFC 2822, as RFC 3339. */
function deliveryTime(text: string | undefined, notes: Notes): string | undefined {
  if (text === undefined) return undefined;
  const shape =
    /^(?:[A-Za-z]{3},\s)?\d{1,2}\s[A-Za-z]{3}\s\d{4}\s\d\d:\d\d(?::\d\d)?\s(?:[+-]\d{4}|GMT|UTC?)$/;
  const time = shape.test(text.trim()) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  notes.fault('o:deliverytime', 'Give the time as "Fri, 20 Nov 2026 13:30:00 +0000".');
  return undefined;
}

function attachments(files: readonly FormFile[], notes: Notes): readonly unknown[] | undefined {
  const read = files
    .filter(({ field }) => field === 'attachment' || field === 'inline')
    .map(({ field, filename, contentType, bytes }) => {
      const inline = field === 'inline';
      if (inline && !/^[A-Za-z0-9._@-]+$/.test(filename)) {
        notes.fault('inline', 'The name of an inline file is its content id: letters, digits and ._@- only.');
      }
      return present({
        filename,
        content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
        // What a client says when it does not know, too: then the name tells more.
        content_type:
          contentType === '' || contentType === 'application/octet-stream' ? undefined : contentType,
        content_id: inline ? filename : undefined,
      });
    });
  return read.length > 0 ? read : undefined;
}

type Variables = ReadonlyMap<string, readonly (readonly [string, unknown])[]>;

function readVariables(text: string | undefined, notes: Notes): Variables | undefined {
  if (text === undefined) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = undefined;
  }
  if (!isObject(read)) {
    notes.fault(
      'recipient-variables',
      'Give a JSON object: an address, and an object of names and texts for it.',
    );
    return undefined;
  }
  return new Map(
    Object.entries(read).map(([address, one]) => [bare(address), isObject(one) ? Object.entries(one) : []]),
  );
}

/** One message for each recipient in `to`, `%recipient.name%` replaced by what stands there for it. */
function perRecipient(
  document: Readonly<Record<string, unknown>>,
  variables: Variables,
  notes: Notes,
): readonly Readonly<Record<string, unknown>>[] {
  const to = Array.isArray(document['to']) ? document['to'] : [];
  if (to.length > messageLimit) {
    notes.fault('to', `With recipient variables a request may have at most ${messageLimit} recipients.`);
    return [];
  }
  if (to.length === 0) return [document];
  return to.map((recipient: unknown) => {
    const table = new Map([['%recipient%', bare(String(recipient))]]);
    for (const [name, value] of variables.get(bare(String(recipient))) ?? []) {
      const filled = textOf(scalar(value));
      if (filled !== undefined) table.set(`%recipient.${name}%`, filled);
    }
    const fill = (value: unknown) => {
      const filled = typeof value === 'string' ? substitute(value, table) : value;
      if (value !== undefined && filled === undefined) {
        notes.fault('recipient-variables', 'The content with its variables is too long.');
      }
      return filled;
    };
    const { subject, text, html } = document;
    return present({
      ...document,
      to: recipient,
      subject: fill(subject),
      text: fill(text),
      html: fill(html),
    });
  });
}

/** The answer to what was accepted. @param messageId with angle brackets. */
export const mailgunAccepted = (messageId: string): ForeignAnswer => ({
  status: 200,
  body: { id: messageId, message: 'Queued. Thank you.' },
});

/** A refusal, `{ message }`. */
export function mailgunRefusal(
  problem: Problem,
  messages: readonly Pick<Translation, 'spelled'>[] = [],
): ForeignAnswer {
  const { status } = refusals[problem.code];
  const names = messages.map((message) => message.spelled);
  const [first] = foreignFaults(problem, names.length === 1 ? names[0] : names);
  const message = first && first.field !== '' ? `${first.field}: ${first.detail}` : problem.detail;
  return { status: status === 422 || status === 415 ? 400 : status, body: { message } };
}
