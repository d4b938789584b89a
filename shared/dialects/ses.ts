/**
 * Amazon SES, API version 2: `POST /v2/email/outbound-emails`, with the parts of a message or a whole one in MIME.
 * Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
import { type Problem, type ProblemCode, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { Foreign, isObject, listOf, present, scalar, textOf } from './foreign.ts';
import { foreignHeaders } from './headers.ts';
import { bare, readMime } from './mime.ts';
import { foreignFaults, Notes, type ForeignAnswer, type Translation } from './translation.ts';

/** Reads the JSON of a request. Never throws. */
export async function readSes(given: unknown): Promise<Result<Translation>> {
  const notes = new Notes();
  const request = new Foreign(given, notes);
  const content = request.inside('Content');
  const whole = readWhole(request, notes);
  if (content.get('Template') !== undefined) {
    notes.fault('Content.Template', 'Templates are not kept here; send "Simple" or "Raw" content.');
  }
  const raw = content.get('Raw');
  const simple = content.inside('Simple');
  const read =
    raw === undefined ? notes.conclude(readSimple(simple, whole, notes)) : await readRaw(raw, whole, notes);
  content.rest();
  request.rest();
  return read.ok ? notes.conclude({ ...read.value, warnings: notes.warnings }) : read;
}

/** What stands beside the content. */
interface Whole {
  readonly from: unknown;
  readonly to: unknown;
  readonly cc: unknown;
  readonly bcc: unknown;
  readonly replyTo: unknown;
  readonly tags: unknown;
}

function readWhole(request: Foreign, notes: Notes): Whole {
  const destination = request.inside('Destination');
  const tags = request.get('EmailTags');
  request.cannot({
    ConfigurationSetName: 'There are no configuration sets; webhooks tell what happens to a message.',
    FeedbackForwardingEmailAddress: 'Bounces go to the sending mailbox.',
    FeedbackForwardingEmailAddressIdentityArn: 'Bounces go to the sending mailbox.',
    FromEmailAddressIdentityArn: 'The key decides who may send as whom.',
    ListManagementOptions: 'There are no contact lists here.',
    EndpointId: 'There is one endpoint.',
    TenantName: 'There is one tenant.',
  });
  const whole = {
    from: request.get('FromEmailAddress'),
    to: destination.get('ToAddresses'),
    cc: destination.get('CcAddresses'),
    bcc: destination.get('BccAddresses'),
    replyTo: request.get('ReplyToAddresses'),
    tags:
      tags === undefined
        ? undefined
        : listOf(tags).map((one) => {
            const { Name, Value } = isObject(one) ? one : {};
            return present({ name: Name, value: scalar(Value) });
          }),
  };
  destination.rest();
  if (Array.isArray(whole.replyTo) && whole.replyTo.length > 50)
    notes.fault('ReplyToAddresses', 'Give at most 50.');
  return whole;
}

function readSimple(simple: Foreign, whole: Whole, notes: Notes): Omit<Translation, 'warnings'> {
  const body = simple.inside('Body');
  const headers = foreignHeaders(fields(simple.get('Headers')), notes, 'Content.Simple.Headers');
  const document = present({
    from: whole.from,
    to: whole.to,
    cc: whole.cc,
    bcc: whole.bcc,
    reply_to: whole.replyTo ?? headers.replyTo,
    subject: simple.inside('Subject').get('Data'),
    text: body.inside('Text').get('Data'),
    html: body.inside('Html').get('Data'),
    headers: headers.headers,
    importance: headers.importance,
    attachments: attachments(simple.get('Attachments'), notes),
    tags: whole.tags,
  });
  body.rest();
  simple.rest();
  return { document, spelled };
}

/** The recipients of the request are those of the envelope, as SES has it; without any the fields of the message name them. */
async function readRaw(
  raw: unknown,
  whole: Whole,
  notes: Notes,
): Promise<Result<Omit<Translation, 'warnings'>>> {
  const data = isObject(raw) ? textOf(raw['Data']) : undefined;
  if (data === undefined) notes.fault('Content.Raw.Data', 'Give the message in base64.');
  const envelope = [whole.to, whole.cc, whole.bcc].flatMap((list) =>
    listOf(list).filter((one) => typeof one === 'string'),
  );
  const read = await readMime(Buffer.from(data ?? '', 'base64'), envelope.length > 0 ? envelope : undefined);
  if (!read.ok) return data === undefined ? notes.conclude({ document: {}, spelled: {} }) : read;
  const { document, warnings, spelled: names } = read.value;
  notes.warnings.push(...warnings);
  if (typeof whole.from === 'string' && bare(whole.from) !== bare(String(document['from']))) {
    notes.warn('FromEmailAddress', 'The message is sent for its From field.');
  }
  if (listOf(whole.replyTo).length > 0)
    notes.warn('ReplyToAddresses', 'The Reply-To field of the message decides.');
  return notes.conclude({
    document: present({ ...document, tags: whole.tags }),
    spelled: { ...names, tags: 'EmailTags' },
  });
}

const spelled: Translation['spelled'] = {
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

const fields = (value: unknown): readonly (readonly [string, unknown])[] =>
  listOf(value).map((one) => {
    const { Name, Value } = isObject(one) ? one : {};
    return [typeof Name === 'string' ? Name : '', Value] as const;
  });

const attachments = (value: unknown, notes: Notes): unknown =>
  value === undefined
    ? undefined
    : listOf(value).map((one, i) => {
        if (!isObject(one)) return one;
        const file = new Foreign(one, notes, `Content.Simple.Attachments.${i}`);
        const inline = file.get('ContentDisposition') === 'INLINE';
        const id = file.get('ContentId');
        // How the bytes are encoded on their way is decided when the message is composed.
        file.get('ContentTransferEncoding');
        file.cannot({ ContentDescription: 'Descriptions of attachments are not sent.' });
        const attachment = present({
          filename: file.get('FileName'),
          content: file.get('RawContent'),
          content_type: file.get('ContentType'),
          content_id: inline ? id : undefined,
        });
        file.rest();
        return attachment;
      });

/** The answer to what was accepted. */
export const sesAccepted = (id: string): ForeignAnswer => ({ status: 200, body: { MessageId: id } });

/** Exceptions of the service that its clients know. */
const exceptions: Partial<Readonly<Record<ProblemCode, readonly [status: number, name: string]>>> = {
  'missing-credentials': [403, 'MissingAuthenticationTokenException'],
  'invalid-api-key': [403, 'UnrecognizedClientException'],
  'invalid-signature': [403, 'InvalidSignatureException'],
  'ambiguous-credentials': [403, 'UnrecognizedClientException'],
  'sender-not-allowed': [400, 'MessageRejected'],
  'submitter-disabled': [400, 'SendingPausedException'],
  'message-not-found': [404, 'NotFoundException'],
  'internal-error': [500, 'InternalServiceErrorException'],
};

/** A refusal, whose name stands in `x-amzn-errortype`. */
export function sesRefusal(problem: Problem): ForeignAnswer {
  const { status: own } = refusals[problem.code];
  const [status, name] =
    exceptions[problem.code] ??
    (own === 429
      ? [429, 'TooManyRequestsException']
      : own === 503
        ? [503, 'ServiceUnavailableException']
        : own === 403
          ? [403, 'AccessDeniedException']
          : [400, 'BadRequestException']);
  const [first] = foreignFaults(problem, spelled);
  const message = first && first.field !== '' ? `${first.field}: ${first.detail}` : problem.detail;
  return { status, headers: { 'x-amzn-errortype': name }, body: { message } };
}
