/**
 * From a request with up to 100 messages to durable messages: all of them are accepted, or none.
 */
import type { Caller } from '../access/authorize.ts';
import { sendingMode, type SendingMode } from '../access/mode.ts';
import type { Submitted } from '../outbox/outbox.ts';
import { batchIds, newMessageId } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { refusalOfAll } from './faults.ts';
import { fingerprint, keyedMessageId, readIdempotencyKey } from './idempotency.ts';
import { newRecord } from './new-record.ts';
import { outgoing } from './outgoing.ts';
import { parseBatch, type Submission } from './parse.ts';
import { place } from './place.ts';
import { readAllTranslated, type Translated } from './translated.ts';
import {
  accepted,
  hasRunOut,
  keySpace,
  keyReused,
  needOf,
  objection,
  retain,
  type Accepted,
  type SubmitParts,
  type SubmitRequest,
} from './submit.ts';

/** A batch on its way in. */
interface Batch {
  readonly caller: Caller;
  readonly mode: SendingMode;
  readonly header: SubmitRequest['header'];
  readonly submissions: readonly Submission[];
  readonly fingerprint: string;
  /** What no other request has. */
  readonly writer: string;
  readonly now: Date;
}

/** The request. */
export interface BatchRequest extends Omit<SubmitRequest, 'translated'> {
  /** The messages, when a dialect has read them out of the body; at most 100. */
  readonly translated?: readonly Translated[] | undefined;
}

/**
 * Submits a batch.
 *
 * @returns one answer per message, in their order.
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function submitBatch(
  parts: SubmitParts,
  request: BatchRequest,
): Promise<Result<readonly Accepted[]>> {
  const key = readIdempotencyKey(request.header('idempotency-key'));
  if (!key.ok) return key;
  const submissions = readBatch(parts, request);
  return submissions.ok ? await writeBatch(parts, request, submissions.value, key.value) : submissions;
}

/** Reads and checks a batch, and leaves nothing behind. @returns the submissions, or a refusal with the faults of all messages. */
export function readBatch(
  parts: Pick<SubmitParts, 'clock' | 'tooLarge' | 'policy'>,
  { caller, header, body, translated }: BatchRequest,
): Result<readonly Submission[]> {
  const parsed = translated
    ? readAllTranslated(translated, header)
    : parseBatch(body, header('content-type'));
  if (!parsed.ok) return parsed;
  const objections = parsed.value.flatMap((submission, i) => {
    const at = `#/${i}`;
    const problem = objection(parts, caller, submission, at, header);
    return problem ? [{ at, problem }] : [];
  });
  return refusalOfAll(objections) ?? parsed;
}

/** Writes messages that nothing speaks against, at most 100: all of them, or none. @param key that covers them. */
export async function writeBatch(
  parts: SubmitParts,
  { caller, header, body }: Pick<BatchRequest, 'caller' | 'header' | 'body'>,
  submissions: readonly Submission[],
  key: string | undefined,
): Promise<Result<readonly Accepted[]>> {
  const mode = sendingMode(caller.submitter, header);
  if (!mode.ok) return mode;
  const now = parts.clock.now();
  const batch: Batch = {
    caller,
    mode: mode.value,
    header,
    submissions,
    fingerprint: fingerprint(body),
    writer: newMessageId(now),
    now,
  };
  for (let generation = 0; ; generation++) {
    const first =
      key === undefined
        ? newMessageId(now)
        : keyedMessageId(keySpace(caller.submitter.name, mode.value), `batch:${key}`, generation);
    const ids = batchIds(first, submissions.length);
    const taken = await parts.quota.take(caller.submitter, needOf(submissions));
    const placed = taken.ok ? await placeAll(parts, batch, ids) : taken;
    if (placed.ok) {
      const written = await parts.outbox.acceptAll(placed.value);
      if (written !== 'written' && taken.ok) taken.value.giveBack();
      if (written === 'too-large') {
        const detail = 'The addresses, tags and metadata of this batch are more than can be stored at once.';
        return refuse('body-too-large', `${detail} Send its messages in two batches.`);
      }
      if (written === 'written') {
        return ok(placed.value.map(({ record }) => accepted({ record, status: 'accepted', existed: false })));
      }
    } else {
      if (taken.ok) taken.value.giveBack();
      if (key === undefined) return placed;
    }
    // What was accepted once is not refused because others wait by now.
    const rows = await parts.outbox.records.getAll(ids);
    const [row] = rows;
    if (!row && !placed.ok) return placed;
    if (!row) continue;
    if (hasRunOut(row, now)) {
      await retain(parts, row, now);
      continue;
    }
    if (rows.length !== ids.length || row.fingerprint !== batch.fingerprint) return keyReused();
    return ok(rows.map((record) => accepted({ record, status: 'accepted', existed: true }, true)));
  }
}

/** Messages of a batch whose turns come within so many milliseconds share a doorbell. */
const step = 15_000;

/** Gives every message its place: each sender's own line, spread over the time that they take together. */
async function placeAll(
  parts: SubmitParts,
  batch: Batch,
  ids: readonly string[],
): Promise<Result<readonly Submitted[]>> {
  const { caller, mode, header, now } = batch;
  const groups = Map.groupBy(
    batch.submissions.map((submission, i) => ({ submission, id: ids[i] ?? '' })),
    ({ submission: { message, priority, scheduledAt } }) =>
      `${message.from.address} ${priority} ${scheduledAt?.getTime()}`,
  );
  const submitted = new Map<string, Submitted>();
  for (const group of groups.values()) {
    const [first, ...rest] = group.map(({ submission }) => submission);
    if (!first) continue;
    const placed = await place(parts, caller, [first, ...rest], now, mode);
    if (!placed.ok) return placed;
    const { dueAt, reason } = placed.value;
    const fixed = first.scheduledAt !== undefined || reason !== undefined;
    const due = spread(fixed ? dueAt : now, dueAt, group.length);
    for (const [i, { submission, id }] of group.entries()) {
      const sent = outgoing(submission, mode, header);
      const record = newRecord(sent, {
        id,
        submitter: caller.submitter.name,
        mode: mode.kind,
        acceptedAt: now,
        ...placed.value,
        dueAt: due[i] ?? dueAt,
        lifetime: parts.lifetime,
        onUnknown: parts.onUnknown,
        fingerprint: batch.fingerprint,
        writer: batch.writer,
      });
      submitted.set(id, { record, message: sent.message, attachments: sent.attachments });
    }
  }
  return ok(ids.flatMap((id) => submitted.get(id) ?? []));
}

/** Times from `from` to `to` in steps, for so many messages one after another. */
function spread(from: Date, to: Date, count: number): Date[] {
  const span = to.getTime() - from.getTime();
  return Array.from({ length: count }, (_, i) => {
    const after = Math.ceil(((i + 1) / count) * (span / step)) * step;
    return new Date(from.getTime() + Math.min(span, after));
  });
}
