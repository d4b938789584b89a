/**
 * Amazon SES, API version 2: `POST /v2/email/outbound-emails`, with the parts of a message, a whole one in MIME, or a template.
 * Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
import { type Result } from '../platform/problem.ts';
import { decodeMailbox, decodeMailboxes } from './encoded-mailbox.ts';
import { Foreign, isObject, listOf, present, scalar, textOf } from './foreign.ts';
import { fillInline, unfilled } from './inline-template.ts';
import { foreignHeaders } from './headers.ts';
import { inlineIn } from './inline.ts';
import { bare } from './mailboxes.ts';
import { readMime } from './mime.ts';
import { jsonVariables, templateWish, type TemplateWish } from './template-wish.ts';
import { Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** Reads the JSON of a request. Never throws. */
export async function readSes(given: unknown): Promise<Result<Translation>> {
  const notes = new Notes();
  const request = new Foreign(given, notes);
  const content = request.inside('Content');
  const whole = await readWhole(request, notes);
  const raw = content.get('Raw');
  const template = content.get('Template');
  const simple = content.inside('Simple');
  const templated = content.inside('Template');
  let read: Result<Omit<Translation, 'warnings'>>;
  if (raw !== undefined) read = await readRaw(raw, whole, notes);
  else if (template === undefined) read = notes.conclude(readSimple(simple, whole, notes));
  else read = notes.conclude(readTemplated(templated, whole, notes, 'Content.Template'));
  content.rest();
  request.rest();
  return read.ok ? notes.conclude({ ...read.value, warnings: notes.warnings }) : read;
}

/** What stands beside the content. */
export interface Whole {
  readonly from: unknown;
  readonly to: unknown;
  readonly cc: unknown;
  readonly bcc: unknown;
  readonly replyTo: unknown;
  readonly tags: readonly unknown[] | undefined;
}

const cannot = {
  ConfigurationSetName: 'There are no configuration sets; webhooks tell what happens to a message.',
  FeedbackForwardingEmailAddress: 'Bounces go to the sending mailbox.',
  FeedbackForwardingEmailAddressIdentityArn: 'Bounces go to the sending mailbox.',
  FromEmailAddressIdentityArn: 'The key decides who may send as whom.',
  ListManagementOptions: 'There are no contact lists here.',
  EndpointId: 'There is one endpoint.',
  TenantName: 'There is one tenant.',
};

/** Reads what stands beside the content. Names that are encoded, as SES demands, are decoded. */
export async function readWhole(request: Foreign, notes: Notes): Promise<Whole> {
  request.cannot(cannot);
  const whole = {
    from: await decodeMailbox(request.get('FromEmailAddress')),
    ...(await readDestination(request.inside('Destination'))),
    replyTo: await decodeMailboxes(request.get('ReplyToAddresses')),
    tags: readTags(request.get('EmailTags')),
  };
  if (Array.isArray(whole.replyTo) && whole.replyTo.length > 50)
    notes.fault('ReplyToAddresses', 'Give at most 50.');
  return whole;
}

/** The recipients. */
export async function readDestination(destination: Foreign): Promise<Pick<Whole, 'to' | 'cc' | 'bcc'>> {
  const [to, cc, bcc] = await Promise.all(
    ['ToAddresses', 'CcAddresses', 'BccAddresses'].map((name) => decodeMailboxes(destination.get(name))),
  );
  destination.rest();
  return { to, cc, bcc };
}

/** `[{ Name, Value }]` as tags. */
export const readTags = (tags: unknown): readonly unknown[] | undefined =>
  tags === undefined
    ? undefined
    : listOf(tags).map((one) => {
        const { Name, Value } = isObject(one) ? one : {};
        return present({ name: Name, value: scalar(Value) });
      });

function readSimple(simple: Foreign, whole: Whole, notes: Notes): Omit<Translation, 'warnings'> {
  const body = simple.inside('Body');
  const html = body.inside('Html').get('Data');
  const document = {
    ...readAround(simple, whole, notes, 'Content.Simple', html),
    ...present({
      subject: simple.inside('Subject').get('Data'),
      text: body.inside('Text').get('Data'),
      html,
    }),
  };
  body.rest();
  simple.rest();
  return { document, spelled };
}

/**
 * A template: one of this bridge, by its name or the end of its ARN, or the content that stands in the request, filled in.
 *
 * @param at where it stands. @param own what counts before that of the template: variables, header fields.
 */
export function readTemplated(
  template: Foreign,
  whole: Whole,
  notes: Notes,
  at: string,
  own: { readonly variables?: Readonly<Record<string, unknown>>; readonly headers?: unknown } = {},
): Omit<Translation, 'warnings'> {
  const given = jsonVariables(textOf(template.get('TemplateData')) ?? '{}');
  if (given === undefined) notes.fault(`${at}.TemplateData`, 'Give a JSON object: names and values.');
  const variables = { ...given, ...own.variables };
  const inline = template.get('TemplateContent');
  const says =
    inline === undefined
      ? { template: readWish(template, variables) }
      : fillContent(template.inside('TemplateContent'), variables, notes, `${at}.TemplateContent`);
  const html = 'html' in says ? says.html : undefined;
  const around = readAround(template, whole, notes, at, html, nameValues(own.headers));
  const document = { ...around, ...says };
  template.rest();
  return {
    document,
    spelled: {
      ...spelled,
      subject: `${at}.TemplateContent.Subject`,
      text: `${at}.TemplateContent.Text`,
      html: `${at}.TemplateContent.Html`,
      headers: `${at}.Headers`,
      attachments: `${at}.Attachments`,
      'template/id': `${at}.TemplateName`,
      'template/variables': `${at}.TemplateData`,
    },
  };
}

function readWish(template: Foreign, variables: Readonly<Record<string, unknown>>): TemplateWish {
  const name = template.get('TemplateName');
  const arn = textOf(template.get('TemplateArn'));
  return templateWish(name ?? arn?.slice(arn.lastIndexOf('/') + 1), variables);
}

/** As SES has it: values stand in HTML as they are, and a name that has none is a fault. */
function fillContent(
  content: Foreign,
  variables: Readonly<Record<string, unknown>>,
  notes: Notes,
  at: string,
): Readonly<Record<'subject' | 'text' | 'html', unknown>> {
  const fill = (part: string): unknown => {
    const value = content.get(part);
    const text = textOf(value);
    if (text === undefined) return value;
    const filled = fillInline(text, variables);
    if (filled.kind === 'filled') return filled.text;
    notes.fault(`${at}.${part}`, unfilled(filled));
    return undefined;
  };
  const says = { subject: fill('Subject'), text: fill('Text'), html: fill('Html') };
  content.rest();
  return says;
}

/** What a message has beside its texts. */
function readAround(
  content: Foreign,
  whole: Whole,
  notes: Notes,
  at: string,
  html: unknown,
  own: ReturnType<typeof nameValues> = [],
): Readonly<Record<string, unknown>> {
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  const kept = nameValues(content.get('Headers')).filter(([name]) => !replaced.has(name.toLowerCase()));
  const headers = foreignHeaders([...kept, ...own], notes, `${at}.Headers`);
  return present({
    from: whole.from,
    to: whole.to,
    cc: whole.cc,
    bcc: whole.bcc,
    reply_to: whole.replyTo ?? headers.replyTo,
    headers: headers.headers,
    importance: headers.importance,
    attachments: attachments(content.get('Attachments'), html, notes, `${at}.Attachments`),
    tags: whole.tags,
  });
}

/** The recipients of the request are those of the envelope, as SES has it; without any the fields of the message name them. */
async function readRaw(
  raw: unknown,
  whole: Whole,
  notes: Notes,
): Promise<Result<Omit<Translation, 'warnings'>>> {
  const data = isObject(raw) ? textOf(raw['Data']) : undefined;
  if (data === undefined) notes.fault('Content.Raw.Data', 'Give the message in base64.');
  const recipients = [whole.to, whole.cc, whole.bcc].flatMap((list) =>
    listOf(list).filter((one) => typeof one === 'string'),
  );
  const read = await readMime(Buffer.from(data ?? '', 'base64'), {
    ...(recipients.length > 0 ? { recipients } : {}),
    ...(typeof whole.from === 'string' ? { author: whole.from } : {}),
  });
  if (!read.ok) return data === undefined ? notes.conclude({ document: {}, spelled: {} }) : read;
  const { document, warnings, spelled: names, kept } = read.value;
  notes.warnings.push(...warnings);
  if (typeof whole.from === 'string' && bare(whole.from) !== bare(String(document['from']))) {
    notes.warn('FromEmailAddress', 'The message is sent for its From field.');
  }
  if (listOf(whole.replyTo).length > 0)
    notes.warn('ReplyToAddresses', 'The Reply-To field of the message decides.');
  return notes.conclude({
    document: present({ ...document, tags: whole.tags }),
    spelled: { ...names, tags: 'EmailTags' },
    kept,
  });
}

/** What the fields of a document were made from. */
export const spelled: Translation['spelled'] = {
  from: 'FromEmailAddress',
  to: 'Destination.ToAddresses',
  cc: 'Destination.CcAddresses',
  bcc: 'Destination.BccAddresses',
  reply_to: 'ReplyToAddresses',
  subject: 'Content.Simple.Subject.Data',
  text: 'Content.Simple.Body.Text.Data',
  html: 'Content.Simple.Body.Html.Data',
  headers: 'Content.Simple.Headers',
  attachments: 'Content.Simple.Attachments',
  tags: 'EmailTags',
};

const nameValues = (value: unknown): readonly (readonly [string, unknown])[] =>
  listOf(value).map((one) => {
    const { Name, Value } = isObject(one) ? one : {};
    return [typeof Name === 'string' ? Name : '', Value] as const;
  });

function attachments(value: unknown, html: unknown, notes: Notes, at: string): unknown {
  if (value === undefined) return undefined;
  const idOf = inlineIn(html, notes);
  return listOf(value).map((one, i) => {
    if (!isObject(one)) return one;
    const file = new Foreign(one, notes, `${at}.${i}`);
    const asked = file.get('ContentDisposition') === 'INLINE';
    // How the bytes are encoded on their way is decided when the message is composed.
    file.get('ContentTransferEncoding');
    file.cannot({ ContentDescription: 'Descriptions of attachments are not sent.' });
    const attachment = present({
      filename: file.get('FileName'),
      content: file.get('RawContent'),
      content_type: file.get('ContentType'),
      content_id: idOf(file.get('ContentId'), asked, `${at}.${i}.ContentDisposition`),
    });
    file.rest();
    return attachment;
  });
}

/** The answer to what was accepted. */
export const sesAccepted = (id: string): ForeignAnswer => ({
  status: 200,
  headers: { 'x-amzn-requestid': id },
  body: { MessageId: id },
});
