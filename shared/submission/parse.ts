/**
 * From the bytes of a request to a validated submission. Pure: the same bytes give the same result everywhere.
 *
 * header → JSON → documented spelling → schema → what no single field can tell → message. All faults of the body come at once.
 */
import type { ReadAttachment } from './attachment-schema.ts';
import { parseContentId } from '../message/attachment.ts';
import { decodeBase64Chunks } from '../message/base64.ts';
import type { KeptBody } from '../message/kept-body.ts';
import type { Message } from '../message/message.ts';
import type { AttachmentContent } from '../outbox/frame.ts';
import { batchLimit } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { canonical, isObject, type Canonical } from './canonical.ts';
import { Faults } from './faults.ts';
import { jsonLimits, readJson } from './json.ts';
import { submissionSchema, type ReadSubmission } from './schema.ts';

/** What was submitted. */
export interface Submission {
  /** The message. */
  readonly message: Message;
  /** The decoded bytes, in the order of `message.attachments`. They refer to the body, which must not change while they are read. */
  readonly attachments: readonly AttachmentContent[];
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly onUnknown?: 'retry' | 'hold';
  /** When to send it; at once when absent. */
  readonly scheduledAt?: Date;
  readonly priority?: 'high' | 'normal' | 'low';
  /** Seconds that it may wait for its turn; it is to be refused when that would take longer. */
  readonly maxWait?: number;
  /** What its sender asked for in other words and it cannot have, a sentence each. */
  readonly warnings?: readonly string[];
  /** Batch that it belongs to. */
  readonly batch?: string;
  /** The body as it came, which takes the place of the parts when the message is stored. */
  readonly kept?: { readonly body: KeptBody; readonly bytes: Uint8Array };
}

/** Bytes of a decoded chunk; a multiple of 3. Small, so that garbage does not pile up between two collections. */
const chunkBytes = 192 * 1024;

/** Most JSON of tags and metadata together, in characters: they are kept in the row, beside subject and recipients. */
const labelsLimit = 8192;

/**
 * Reads a submission.
 *
 * @param bytes the body.
 * @param contentType the header `Content-Type`, undefined when there is none.
 * @returns the submission, or `unsupported-media-type`, `empty-body`, `invalid-json` or
 *   `invalid-submission`. Never throws.
 */
export function parseSubmission(bytes: Uint8Array, contentType: string | undefined): Result<Submission> {
  const document = readDocument(bytes, contentType);
  return document.ok ? parseDocument(document.value) : document;
}

/**
 * Reads a submission that is a document already.
 *
 * @param document as `readDocument` gives it, or made by a dialect. @returns the submission or `invalid-submission`. Never throws.
 */
export function parseDocument(document: unknown): Result<Submission> {
  const faults = new Faults();
  const submission = readSubmission(document, faults);
  return submission && faults.count === 0 ? ok(submission) : faults.refusal();
}

/**
 * Reads a batch: a JSON array of 1 to 100 submissions. All faults of all of them come at once.
 *
 * @returns as `parseSubmission`; pointers begin with the index of the submission. Never throws.
 */
export function parseBatch(
  bytes: Uint8Array,
  contentType: string | undefined,
): Result<readonly Submission[]> {
  const document = readDocument(bytes, contentType, batchJsonLimits);
  if (!document.ok) return document;
  const { value } = document;
  if (!Array.isArray(value) || value.length === 0 || value.length > batchLimit) {
    const faults = new Faults();
    faults.add([], `Send a list of 1 to ${batchLimit} messages.`);
    return faults.refusal();
  }
  return parseDocuments(value);
}

/** Reads documents that are to be accepted together. @returns as `parseBatch`. */
export function parseDocuments(documents: readonly unknown[]): Result<readonly Submission[]> {
  const faults = new Faults();
  const submissions = documents.map((one, i) => readSubmission(one, faults.under(i)));
  return faults.count > 0 ? faults.refusal() : ok(submissions.filter((one) => one !== undefined));
}

/** A batch may hold what a hundred submissions hold, one level deeper. */
export const batchJsonLimits = { ...jsonLimits, keys: 100 * jsonLimits.keys };

/**
 * Reads JSON from a request.
 *
 * @returns the value, or `unsupported-media-type`, `empty-body` or `invalid-json`.
 */
export function readDocument(
  bytes: Uint8Array,
  contentType: string | undefined,
  limits = jsonLimits,
): Result<unknown> {
  const form = checkHeader(contentType);
  if (!form.ok) return form;
  if (bytes.length === 0) {
    return refuse('empty-body', 'The body is empty; send a JSON object with the message.');
  }
  return readJson(bytes, limits);
}

function readSubmission(document: unknown, faults: Faults): Submission | undefined {
  const spelled = canonical(document, faults);
  if (!spelled) return undefined;
  const read = submissionSchema.safeParse(spelled.body);
  for (const issue of read.error?.issues ?? []) faults.add(spelled.given(issue.path), issue.message);
  checkWhole(spelled, faults);
  return read.success ? toSubmission(read.data) : undefined;
}

function checkHeader(contentType = ''): Result<void> {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  if (!/^application\/(?:[a-z0-9!#$&^_.-]+\+)?json$/.test(type.trim())) {
    return refuse(
      'unsupported-media-type',
      contentType === ''
        ? 'The request has no Content-Type; send "Content-Type: application/json".'
        : 'This Content-Type is not taken here; send a JSON body with "Content-Type: application/json".',
    );
  }
  const charset = parameters.map((parameter) => parameter.trim()).find((one) => one.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    return refuse(
      'unsupported-media-type',
      'JSON is taken in UTF-8 only; leave the charset out or send utf-8.',
    );
  }
  return ok(undefined);
}

/** What no single field can tell. */
function checkWhole({ body, given }: Canonical, faults: Faults): void {
  if (isNone(body['to']) && isNone(body['cc']) && isNone(body['bcc'])) {
    faults.add(['to'], 'There is no recipient; give at least one in "to", "cc" or "bcc".');
  }
  if (body['text'] === undefined && body['html'] === undefined) {
    faults.add(['text'], '"text" and "html" are both missing; send at least one of them, be it empty.');
  }
  const labels = JSON.stringify([body['tags'] ?? [], body['metadata'] ?? {}]).length;
  if (labels > labelsLimit) {
    faults.add(
      given([body['metadata'] === undefined ? 'tags' : 'metadata']),
      `Tags and metadata take ${labels} characters of JSON; at most ${labelsLimit} are kept.`,
    );
  }
  const seen = new Set<string>();
  for (const [i, attachment] of listOf(body['attachments']).entries()) {
    const contentId: unknown = isObject(attachment) ? attachment['content_id'] : undefined;
    const read = typeof contentId === 'string' ? parseContentId(contentId) : undefined;
    if (!read?.ok) continue;
    if (seen.has(read.contentId)) {
      faults.add(
        given(['attachments', i, 'content_id']),
        'Another attachment has the same content id; give each its own.',
      );
    }
    seen.add(read.contentId);
  }
}

const isNone = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function toSubmission(read: ReadSubmission): Submission {
  const attachments = read.attachments ?? [];
  // An empty HTML part beside a text says nothing; alone it is an empty message.
  const html = read.html === '' ? undefined : read.html;
  const text = read.text ?? (html === undefined ? '' : undefined);
  return {
    message: {
      from: read.from,
      to: read.to ?? [],
      cc: read.cc ?? [],
      bcc: read.bcc ?? [],
      replyTo: read.reply_to ?? [],
      subject: read.subject,
      ...(text === undefined || (text === '' && html !== undefined) ? {} : { text }),
      ...(html === undefined ? {} : { html }),
      headers: read.headers ?? [],
      attachments: attachments.map(({ attachment }) => attachment),
      importance: read.importance ?? 'normal',
      saveToSentItems: read.save_to_sent_items ?? true,
    },
    attachments: attachments.map(contentOf),
    tags: read.tags ?? [],
    metadata: read.metadata ?? {},
    ...(read.on_unknown === undefined ? {} : { onUnknown: read.on_unknown }),
    ...(read.scheduled_at === undefined ? {} : { scheduledAt: read.scheduled_at }),
    ...(read.priority === undefined ? {} : { priority: read.priority }),
    ...(read.max_wait === undefined ? {} : { maxWait: read.max_wait }),
  };
}

const contentOf = ({ attachment, base64 }: ReadAttachment): AttachmentContent => ({
  size: attachment.size,
  chunks: () => decodeBase64Chunks(base64, chunkBytes),
});
