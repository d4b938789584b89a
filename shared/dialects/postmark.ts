/**
 * Postmark's `POST /email` and `POST /email/batch`, with and without templates: fields in PascalCase, addresses in comma-separated texts, and in a batch each message
 * accepted or refused on its own.
 * Source: https://postmarkapp.com/developer/api/email-api, error codes: https://postmarkapp.com/developer/api/overview#error-codes
 */
import { type Problem, type ProblemCode, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { Foreign, isObject, listOf, present, scalar, strings } from './foreign.ts';
import { foreignHeaders } from './headers.ts';
import { bare, splitMailboxes } from './mailboxes.ts';
import { templateWish } from './template-wish.ts';
import { foreignFaults, Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** Most messages of a batch. */
export const postmarkBatchLimit = 500;

/** Reads the JSON of one message. @param templated whether it must name a template. Never throws. */
export function readPostmark(document: unknown, templated = false): Result<Translation> {
  const notes = new Notes();
  const mail = new Foreign(document, notes);
  const stream = mail.get('MessageStream');
  if (stream !== undefined && stream !== 'outbound') {
    notes.warn('MessageStream', 'There is one stream; the sender decides the route.');
  }
  const template = mail.get('TemplateAlias') ?? mail.get('TemplateId');
  const model = mail.get('TemplateModel');
  if (templated && template === undefined) {
    notes.fault('TemplateAlias', 'Name a template of this bridge, in "TemplateAlias" or "TemplateId".');
  }
  mail.cannot({
    TrackOpens: 'Opens are not tracked.',
    TrackLinks: 'Clicks are not tracked, and no link is rewritten.',
    InlineCss: 'Styles are left where they stand.',
  });
  const tag = mail.get('Tag');
  const given = foreignHeaders(fields(mail.get('Headers')), notes, 'Headers');
  const replyTo = mail.get('ReplyTo') ?? given.replyTo;
  const result: Omit<Translation, 'warnings'> = {
    document: present({
      from: mail.get('From'),
      to: splitMailboxes(mail.get('To')),
      cc: splitMailboxes(mail.get('Cc')),
      bcc: splitMailboxes(mail.get('Bcc')),
      reply_to: replyTo === '' ? undefined : splitMailboxes(replyTo),
      ...(template === undefined
        ? { subject: mail.get('Subject') ?? '', text: mail.get('TextBody'), html: mail.get('HtmlBody') }
        : { template: templateWish(template, model) }),
      headers: given.headers,
      importance: given.importance,
      attachments: attachments(mail.get('Attachments'), notes),
      tags: tag === undefined || tag === '' ? undefined : [{ name: 'tag', value: scalar(tag) }],
      metadata: strings(mail.get('Metadata')),
    }),
    spelled: names,
  };
  mail.rest();
  return notes.conclude({ ...result, warnings: notes.warnings });
}

const names: Readonly<Record<string, string>> = {
  from: 'From',
  to: 'To',
  cc: 'Cc',
  bcc: 'Bcc',
  reply_to: 'ReplyTo',
  subject: 'Subject',
  text: 'TextBody',
  html: 'HtmlBody',
  headers: 'Headers',
  attachments: 'Attachments',
  tags: 'Tag',
  metadata: 'Metadata',
  template: 'TemplateAlias',
  'template/id': 'TemplateAlias',
  'template/variables': 'TemplateModel',
};

const fields = (value: unknown): readonly (readonly [string, unknown])[] =>
  listOf(value).map((one) => {
    const { Name, Value } = isObject(one) ? one : {};
    return [typeof Name === 'string' ? Name : '', scalar(Value)] as const;
  });

const attachments = (value: unknown, notes: Notes): unknown =>
  value === undefined
    ? undefined
    : listOf(value).map((one, i) => {
        if (!isObject(one)) return one;
        const file = new Foreign(one, notes, `Attachments.${i}`);
        // Its length is told by its content; some clients send it.
        file.get('ContentLength');
        const id = file.get('ContentID');
        const attachment = present({
          filename: file.get('Name'),
          content: file.get('Content'),
          content_type: file.get('ContentType'),
          content_id: id === '' ? undefined : id,
        });
        file.rest();
        return attachment;
      });

/** What was accepted. */
export interface PostmarkAccepted {
  readonly uuid: string;
  readonly at: Date;
}

/** The body for a message that was accepted. @param document that it was made from. */
export function postmarkAccepted(
  { uuid, at }: PostmarkAccepted,
  { document }: Pick<Translation, 'document'>,
): Readonly<Record<string, unknown>> {
  const joined = (name: string) => listOf(document[name]).join(', ');
  return {
    To: joined('to'),
    ...(document['cc'] === undefined ? {} : { Cc: joined('cc') }),
    ...(document['bcc'] === undefined ? {} : { Bcc: joined('bcc') }),
    SubmittedAt: at.toISOString(),
    MessageID: uuid,
    ErrorCode: 0,
    Message: 'OK',
  };
}

/** Postmark's error codes; 300 for every other fault of the message. */
const codes: Partial<Readonly<Record<ProblemCode, number>>> = {
  'missing-credentials': 10,
  'invalid-api-key': 10,
  'ambiguous-credentials': 10,
  'sender-not-allowed': 400,
  'recipient-suppressed': 406,
  'invalid-json': 402,
  'empty-body': 402,
  'submitter-disabled': 405,
  'unsupported-media-type': 409,
  'template-not-found': 1101,
  'storage-unavailable': 100,
  'internal-error': 500,
};

/** The body of a refusal, `{ ErrorCode, Message }`. @param message that was refused, where it could be read. */
export function postmarkError(
  problem: Problem,
  message?: Pick<Translation, 'document'>,
): { readonly ErrorCode: number; readonly Message: string } {
  const { status } = refusals[problem.code];
  const [first] = foreignFaults(problem, names);
  const said = first && first.field !== '' ? `${first.field}: ${first.detail}` : problem.detail;
  const Message = problem.code === 'recipient-suppressed' ? inactive(problem, message, said) : said;
  return { ErrorCode: codes[problem.code] ?? (status === 429 ? 429 : 300), Message };
}

/** Clients read the addresses out of this sentence. */
function inactive(
  { errors = [] }: Problem,
  message: Pick<Translation, 'document'> | undefined,
  said: string,
): string {
  const addresses = errors.flatMap(({ pointer }) => {
    const [, field = '', index] = pointer.split('/');
    const list = listOf(message?.document[field]);
    const one = list[Number(index ?? 0)];
    return typeof one === 'string' ? [bare(one)] : [];
  });
  if (addresses.length === 0) return said;
  return `Found inactive addresses: ${addresses.join(', ')}. Inactive recipients are those on the suppression list. ${said}`;
}

/** A refusal: 401, 413, 415, 429, 500 and 503 as they are, 422 for every fault of the message. */
export function postmarkRefusal(problem: Problem, message?: Pick<Translation, 'document'>): ForeignAnswer {
  const { status } = refusals[problem.code];
  const kept = [401, 404, 411, 413, 415, 429, 500, 503].includes(status);
  return { status: kept ? status : 422, body: postmarkError(problem, message) };
}
