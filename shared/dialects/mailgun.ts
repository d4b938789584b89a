/**
 * Mailgun's `POST /v3/{domain}/messages`, a form, and `/messages.mime`, a form with a whole message in it.
 * Source: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
 */
import { type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { isObject, present, scalar, textOf } from './foreign.ts';
import type { Form, FormFile } from './form.ts';
import { foreignHeaders } from './headers.ts';
import { bare, splitMailboxes } from './mailboxes.ts';
import { readMime } from './mime.ts';
import { substitute } from './substitute.ts';
import { jsonVariables, templateWish, type TemplateWish } from './template-wish.ts';
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
  const subject = taken.one('subject');
  const text = taken.one('text');
  const files = inlineIds(form.files);
  const html = withIds(taken.one('html'), files);
  const template = readTemplate(taken, notes);
  if (template !== undefined && (text !== undefined || html !== undefined)) {
    notes.warn('text', 'The template says what the message says.');
  }
  const document = present({
    from: taken.one('from'),
    to: taken.addresses('to'),
    cc: taken.addresses('cc'),
    bcc: taken.addresses('bcc'),
    reply_to: options.replyTo,
    attachments: attachments(form.files, files),
    ...options.fields,
    ...(template === undefined ? { subject: subject ?? '', text, html } : { subject, template }),
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
  const read = await readMime(bytes, { recipients: to });
  if (!read.ok) return read;
  const { headers, ...fields } = options.fields;
  if (headers !== undefined) notes.warn('h:', 'The header fields of the message decide.');
  const document = present({ ...read.value.document, ...fields });
  const warnings = [...read.value.warnings, ...notes.warnings];
  return notes.conclude({
    messages: [{ ...read.value, document, warnings }],
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
  'template/id': 'template',
  'template/variables': 't:variables',
};

/** A stored template, filled with `t:variables`, the same as a header field, or else with `v:`. */
function readTemplate(taken: Taken, notes: Notes): TemplateWish | undefined {
  const name = taken.one('template');
  const given = taken.one('t:variables') ?? taken.one('h:X-Mailgun-Variables');
  for (const option of ['t:version', 't:text']) {
    if (isOn(taken.one(option))) {
      notes.warn(option, 'A template has one version, and a text part where it says one.');
    }
  }
  if (name === undefined) {
    if (given !== undefined)
      notes.warn('t:variables', 'They belong to a template, and "template" names none.');
    return undefined;
  }
  const variables = given === undefined ? Object.fromEntries(taken.beginning('v:')) : jsonVariables(given);
  if (variables === undefined) notes.fault('t:variables', 'Give a JSON object: names and values.');
  return templateWish(name, variables);
}

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
  const fields = taken.beginning('h:').filter(([name]) => name.toLowerCase() !== 'x-mailgun-variables');
  const headers = foreignHeaders(fields, notes, 'h');
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

/** RFC 5322 §3.3, which Mailgun calls RFC 2822, or seconds since 1970, as RFC 3339. */
function deliveryTime(text: string | undefined, notes: Notes): string | undefined {
  if (text === undefined) return undefined;
  if (/^\d{9,11}(?:\.\d{1,9})?$/.test(text.trim())) return new Date(Number(text) * 1000).toISOString();
  const shape =
    /^(?:[A-Za-z]{3},\s)?\d{1,2}\s[A-Za-z]{3}\s\d{4}\s\d\d:\d\d(?::\d\d)?\s(?:[+-]\d{4}|GMT|UTC?)$/;
  const time = shape.test(text.trim()) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  notes.fault('o:deliverytime', 'Give the time as "Fri, 20 Nov 2026 13:30:00 +0000".');
  return undefined;
}

type InlineIds = ReadonlyMap<FormFile, string>;

/** Content ids of inline files: their names, as far as an id may hold their signs, and each one's own. */
function inlineIds(files: readonly FormFile[]): InlineIds {
  const ids = new Map<FormFile, string>();
  const taken = new Set<string>();
  for (const [i, file] of files.entries()) {
    if (file.field !== 'inline') continue;
    const safe = file.filename.slice(0, 150).replaceAll(/[^A-Za-z0-9._@-]/g, '_');
    const id = safe === '' || taken.has(safe) ? `${i}-${safe}` : safe;
    taken.add(id);
    ids.set(file, id);
  }
  return ids;
}

/** The HTML with the content ids that inline files have in the place of their names, spelled in either way (RFC 2392). */
function withIds(html: string | undefined, ids: InlineIds): string | undefined {
  if (html === undefined) return undefined;
  const table = new Map<string, string>();
  // The first of two files of one name is meant.
  for (const [{ filename }, id] of [...ids].toReversed()) {
    if (filename === id) table.delete(`cid:${filename}`);
    else for (const name of [filename, encoded(filename)]) table.set(`cid:${name}`, `cid:${id}`);
  }
  return substitute(html, table) ?? html;
}

/** As it stands in a URL; a lone surrogate has no such form. */
const encoded = (name: string): string => encodeURIComponent(name.toWellFormed());

function attachments(files: readonly FormFile[], ids: InlineIds): readonly unknown[] | undefined {
  const read = files
    .filter(({ field }) => field === 'attachment' || field === 'inline')
    .map((file) => {
      const { filename, contentType, bytes } = file;
      return present({
        filename,
        content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
        // What a client says when it does not know, too: then the name tells more.
        content_type:
          contentType === '' || contentType === 'application/octet-stream' ? undefined : contentType,
        content_id: ids.get(file),
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
    const { subject, text, html, headers, metadata, template } = document;
    const values = (given: unknown) =>
      isObject(given)
        ? Object.fromEntries(Object.entries(given).map(([name, one]) => [name, fill(one)]))
        : given;
    const wish = isObject(template) ? { ...template, variables: values(template['variables']) } : template;
    return present({
      ...document,
      to: recipient,
      subject: fill(subject),
      text: fill(text),
      html: fill(html),
      headers: values(headers),
      metadata: values(metadata),
      template: wish,
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
  return { status: status === 422 ? 400 : status, body: { message } };
}
