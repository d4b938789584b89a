/**
 * One file into a draft by upload session: ranges in order, one at a time, resumed after a broken one. A door: it waits.
 *
 * A range is held in memory until it is taken, and no more than one. The session has a URL of its own on another host, which is its
 * own authorization. https://learn.microsoft.com/graph/outlook-large-attachments
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { Attachment } from '../message/message.ts';
import type { Clock } from '../platform/clock.ts';
import { AttachmentError } from './attachment-error.ts';
import { readJson, readSetback } from './graph-answer.ts';
import type { GraphClient, GraphReply } from './graph-client.ts';
import { draftLimits } from './limits.ts';
import { outcomeOf, type Setback } from './verdict.ts';

/** What uploading is done with. */
export interface UploadParts {
  readonly client: GraphClient;
  readonly clock: Clock;
}

/** A file, and the draft it goes into. */
export interface Upload {
  readonly mailbox: string;
  /** Path of the draft below the mailbox. */
  readonly draft: string;
  readonly attachment: Attachment;
  /** Opens the file's bytes from the start. */
  readonly open: () => Promise<Readable>;
}

/** How often in a row a range may break before the attempt ends; the queue comes back later. */
const mostFailures = 4;

/** A wait that the service asks for is kept up to this many seconds: longer ones are the queue's. */
const patience = 10;

/**
 * Uploads.
 *
 * @returns why not, or undefined when the file is in the draft.
 * @throws AttachmentError when the bytes cannot be read.
 */
export async function uploadFile(
  parts: UploadParts,
  upload: Upload,
  signal: AbortSignal,
): Promise<Setback | undefined> {
  const { size } = upload.attachment;
  const url = await openSession(parts, upload, signal);
  if (typeof url !== 'string') return url;
  const buffer = Buffer.allocUnsafeSlow(Math.min(draftLimits.range, size));
  let start = 0;
  for await (const bytes of ranges(await openFile(upload), buffer)) {
    if (start + bytes.length > size) throw new AttachmentError('The file is longer than it was.');
    const setback = await uploadRange(parts, { url, start, bytes, size }, signal);
    if (setback) return setback;
    start += bytes.length;
  }
  if (start < size) throw new AttachmentError('The file is shorter than it was.');
  return undefined;
}

async function openSession(
  { client, clock }: UploadParts,
  { mailbox, draft, attachment }: Upload,
  signal: AbortSignal,
): Promise<string | Setback> {
  const { filename, contentType, contentId, size } = attachment;
  const AttachmentItem = {
    attachmentType: 'file',
    name: filename,
    size,
    contentType,
    isInline: contentId !== undefined,
    ...(contentId === undefined ? {} : { contentId }),
  };
  const request = {
    method: 'POST',
    path: `${draft}/attachments/createUploadSession`,
    headers: { 'Content-Type': 'application/json', Prefer: 'IdType="ImmutableId"' },
    body: JSON.stringify({ AttachmentItem }),
  } as const;
  const reply = await client.ask(mailbox, request, signal);
  if (reply.kind !== 'answered' || !reply.response.ok) return await readSetback(reply, clock.now());
  const { uploadUrl } = await readJson(reply.response);
  return typeof uploadUrl === 'string'
    ? uploadUrl
    : outcomeOf(
        { verdict: 'transient', reason: 'Graph opened no upload session.' },
        { status: reply.response.status },
      );
}

async function openFile({ open }: Upload): Promise<Readable> {
  try {
    return await open();
  } catch (cause) {
    throw new AttachmentError(cause);
  }
}

/** The bytes of a file, a buffer full at a time, each time in the same buffer. */
async function* ranges(file: Readable, buffer: Buffer): AsyncGenerator<Buffer> {
  let filled = 0;
  try {
    for await (const piece of file) {
      let chunk = piece as Buffer;
      while (chunk.length > 0) {
        const taken = chunk.copy(buffer, filled);
        filled += taken;
        chunk = chunk.subarray(taken);
        if (filled === buffer.length) {
          yield buffer;
          filled = 0;
        }
      }
    }
  } catch (cause) {
    throw new AttachmentError(cause);
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** A piece of a file: `start` is the place of its first byte, and `size` the length of the file. */
interface Range {
  readonly url: string;
  readonly start: number;
  readonly bytes: Buffer;
  readonly size: number;
}

/** Puts a range until all of it is taken: what the session expects next says from where to go on. */
async function uploadRange(
  { client, clock }: UploadParts,
  { url, start, bytes, size }: Range,
  signal: AbortSignal,
): Promise<Setback | undefined> {
  const end = start + bytes.length;
  let from = start;
  for (let failures = 0; from < end;) {
    const range = `bytes ${from}-${end - 1}/${size}`;
    const put = await client.session(url, signal, { bytes: bytes.subarray(from - start), range });
    let next = await expectedNext(put, end);
    if (next === undefined || next <= from) {
      const setback =
        put.kind === 'answered' && put.response.ok ? noProgress : await readBreak(put, clock.now());
      failures += 1;
      if (failures === mostFailures || !mayResume(put, setback)) return setback;
      await rest(setback, failures, signal);
      next = await expectedNext(await client.session(url, signal), from);
      // The session is gone, or wants bytes that are not held any more: the whole file must go again.
      if (next === undefined || next < start || next > end) return setback;
    }
    from = next;
  }
  return undefined;
}

/** @returns the place of the first byte that the session has not taken; `otherwise` when it does not say; undefined for no success. */
async function expectedNext(reply: GraphReply, otherwise: number): Promise<number | undefined> {
  if (reply.kind !== 'answered' || !reply.response.ok) return undefined;
  const answer = await readJson(reply.response);
  // Pascal case occurs (msgraph-sdk-dotnet#2092), and ranges with and without a dash.
  const expected: unknown = answer['nextExpectedRanges'] ?? answer['NextExpectedRanges'];
  const first: unknown = Array.isArray(expected) ? expected[0] : undefined;
  return typeof first === 'string' && /^\d/.test(first) ? Number.parseInt(first, 10) : otherwise;
}

const noProgress = outcomeOf({ verdict: 'transient', reason: 'The upload of a file did not move on.' }, {});

/** What a session that is over answers: nothing is wrong with mailbox or permissions. */
const sessionOver: ReadonlySet<number> = new Set([401, 403, 404, 410]);

async function readBreak(put: GraphReply, now: Date): Promise<Setback> {
  if (put.kind !== 'answered' || !sessionOver.has(put.response.status)) return await readSetback(put, now);
  const { status } = put.response;
  return outcomeOf(
    { verdict: 'transient', reason: `The upload of a file ended early (${status}).` },
    { clientRequestId: put.clientRequestId, status },
  );
}

function mayResume(put: GraphReply, setback: Setback): boolean {
  if (setback.kind !== 'deferred' || (setback.retryAfterSeconds ?? 0) > patience) return false;
  return put.kind === 'lost' || (put.kind === 'answered' && !sessionOver.has(put.response.status));
}

/** Waits as long as the service asks, or a little longer each time. An abort ends it; the next request tells. */
async function rest(setback: Setback, failures: number, signal: AbortSignal): Promise<void> {
  const asked = setback.kind === 'deferred' ? setback.retryAfterSeconds : undefined;
  await pause((asked ?? (failures - 1) / 2) * 1000, undefined, { signal }).catch(() => undefined);
}
