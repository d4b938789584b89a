/**
 * From a request to a durable message: the order of steps.
 *
 * who is asking → is the body of a size and form we take → what does it say → may this submitter say it → when can it be sent →
 * write it down. Each step may refuse, and no step before the last leaves anything in storage.
 */
import type { Clock } from '../platform/clock.ts';
import { newMessageId } from '../platform/id.ts';
import { ok, refuse, type Problem, type Result } from '../platform/problem.ts';
import type { Caller } from '../access/authorize.ts';
import type { Need } from '../access/quota.ts';
import type { QuotaGate } from '../access/quota-gate.ts';
import { recipients, type Message } from '../message/message.ts';
import type { SelfMailGuard } from '../access/loop-guard.ts';
import { sendingMode, type SendingMode } from '../access/mode.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HeldRecord, MessageRecord } from '../outbox/record.ts';
import { terminalStates, type State } from '../reporting/event.ts';
import type { Fairness } from './flood.ts';
import {
  contentIds,
  deliveryKey,
  fingerprint,
  idempotencyLifetime,
  keyedMessageId,
  readIdempotencyKey,
} from './idempotency.ts';
import { judge, type PolicyParts } from './judge.ts';
import { newRecord } from './new-record.ts';
import { outgoing, type Outgoing } from './outgoing.ts';
import { parseSubmission, type Submission } from './parse.ts';
import { place, type QueueUp } from './place.ts';
import { readTranslated, type Translated } from './translated.ts';

/** What submitting needs from outside. */
export interface SubmitParts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Seconds from acceptance to expiry. */
  readonly lifetime: number;
  readonly onUnknown: 'retry' | 'hold';
  /** Whether any route can carry a message of that many bytes; a sentence saying why not and what would help. */
  readonly tooLarge: (submission: Submission) => string | undefined;
  readonly policy: PolicyParts;
  readonly selfMail: SelfMailGuard;
  readonly fairness: Fairness;
  /** Takes from the submitter's limits. */
  readonly quota: Pick<QuotaGate, 'take'>;
  readonly queueUp: QueueUp;
  /** Sends a message within this call, where that is wanted and there is room; see bridge.ts. */
  readonly express: Express;
}

/** Sending within the accepting call. */
export interface Express {
  /**
   * Makes room for a message.
   *
   * @returns undefined when it has to go the usual way: through the queue.
   */
  begin(record: MessageRecord, submission: Submission): Promise<Departure | undefined>;
}

/** A message that may leave at once, when it has been stored. */
export interface Departure {
  /** The row to be stored: claimed by this worker. */
  readonly record: MessageRecord;
  /** Sends what has been stored; resolves with the state it is in then. */
  send(record: HeldRecord): Promise<State>;
  /** Gives the room back when it was not stored after all. */
  cancel(): void;
}

/** The request, once the caller is known and the body is read. */
export interface SubmitRequest {
  readonly caller: Caller;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** The message, when a dialect has read it out of the body. */
  readonly translated?: Translated | undefined;
  /** Of a hook: what makes the request the repetition of an earlier one, and for how many seconds. */
  readonly delivery?: Delivery | undefined;
}

/** What makes a request the repetition of an earlier one, where the caller knows better than its headers. */
export interface Delivery {
  /** Undefined: the headers say it. */
  readonly key: string | undefined;
  /** Seconds. */
  readonly lifetime: number;
}

/** The answer to a submission that was accepted. */
export interface Accepted {
  readonly id: string;
  readonly acceptedAt: Date;
  /** When it will probably be sent. */
  readonly estimatedAt: Date;
  /** Where it stands: `accepted`, or further when it was sent within the call. */
  readonly status: State;
  /** Whether this repeats the answer to an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
}

/**
 * Submits.
 *
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function submit(parts: SubmitParts, request: SubmitRequest): Promise<Result<Accepted>> {
  const { submitter } = request.caller;
  const key = readIdempotencyKey(request.header('idempotency-key'));
  if (!key.ok) return key;
  const submission = readSubmission(parts, request);
  if (!submission.ok) return submission;
  const mode = sendingMode(submitter, request.header);
  if (!mode.ok) return mode;
  const now = parts.clock.now();
  const write = async (id: string, print?: string): Promise<Result<Written>> => {
    const taken = await parts.quota.take(submitter, needOf([submission.value]));
    if (!taken.ok) return taken;
    const placed = await place(parts, request.caller, [submission.value], now, mode.value);
    if (!placed.ok) taken.value.giveBack();
    if (!placed.ok) return placed;
    const sent = outgoing(submission.value, mode.value, request.header);
    const record = newRecord(sent, {
      id,
      submitter: submitter.name,
      mode: mode.value.kind,
      acceptedAt: now,
      ...placed.value,
      lifetime: parts.lifetime,
      onUnknown: parts.onUnknown,
      ...(print === undefined ? {} : { fingerprint: print, writer: newMessageId(now) }),
    });
    const written = await accept(parts, { record, submission: sent });
    // A repetition takes nothing from the limits.
    if (written.existed) taken.value.giveBack();
    return ok(written);
  };
  const { body } = request;
  const look = body.length > lookFirst || submission.value.maxWait !== undefined;
  const once: Once = { parts, submitter: keySpace(submitter.name, mode.value), body, now, look, write };
  if (key.value !== undefined) return await submitOnce(once, key.value, keyReused);
  const { delivery } = request;
  const told = delivery?.key ?? deliveryKey(request.header, submission.value.message);
  if (told !== undefined && delivery) return await submitOnceAWhile(once, told, delivery.lifetime);
  if (told !== undefined) return await submitOnce(once, told, (first) => ok(accepted(first, true)));
  const { dedupeWindow } = submitter;
  if (dedupeWindow !== undefined) return await submitOnceIn(once, fingerprint(body), dedupeWindow);
  const written = await write(newMessageId(now));
  return written.ok ? ok(accepted(written.value)) : written;
}

/**
 * Reads and checks a submission, and leaves nothing behind: what a dry run does as well.
 *
 * @returns the submission, or the first refusal.
 */
export function readSubmission(
  parts: Pick<SubmitParts, 'clock' | 'tooLarge' | 'policy'>,
  request: SubmitRequest,
): Result<Submission> {
  const { body, header, translated } = request;
  const parsed = translated
    ? readTranslated(translated, header)
    : parseSubmission(body, header('content-type'));
  if (!parsed.ok) return parsed;
  const problem = objection(parts, request.caller, parsed.value, '#', request.header);
  return problem ? { ok: false, problem } : parsed;
}

/** How far ahead a message may be scheduled, in seconds. */
export const longestSchedule = 30 * 86_400;

/** A test that was asked for must not use up the key of the mail that follows it. Keys are printable, so that none has the line break. */
export const keySpace = (submitter: string, mode: SendingMode): string =>
  mode.kind === 'test' && mode.asked ? `${submitter}\ntest` : submitter;

/**
 * What speaks against a submission that is well formed; undefined when nothing does.
 *
 * @param at pointer to it in the document.
 * @param header looks up a header of the request by its lower-case name.
 */
export function objection(
  parts: Pick<SubmitParts, 'clock' | 'tooLarge' | 'policy'>,
  { submitter }: Caller,
  submission: Submission,
  at: string,
  header: SubmitRequest['header'],
): Problem | undefined {
  const now = parts.clock.now();
  const problem = judge(parts.policy, { submitter, submission, at, header, now });
  if (problem) return problem;
  const tooLarge = parts.tooLarge(submission);
  if (tooLarge !== undefined) return refuse('message-too-large', tooLarge).problem;
  const latest = now.getTime() + longestSchedule * 1000;
  if (submission.scheduledAt && submission.scheduledAt.getTime() > latest) {
    const detail = 'Give a time at most 30 days ahead.';
    return refuse('invalid-submission', detail, { errors: [{ pointer: `${at}/scheduled_at`, detail }] })
      .problem;
  }
  return undefined;
}

/** What messages take from their submitter's limits. */
export const needOf = (submissions: readonly Submission[]): Need => ({
  messages: submissions.length,
  recipients: sum(submissions.map(({ message }) => recipients(message).length)),
  bytes: sum(submissions.map(({ message }) => sizeOf(message))),
});

const sizeOf = ({ text = '', html = '', attachments }: Message): number =>
  Buffer.byteLength(text) + Buffer.byteLength(html) + sum(attachments.map(({ size }) => size));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
/** A row, whether it was written now or stood there. */
interface Written {
  readonly record: HeldRecord;
  readonly status: State;
  readonly existed: boolean;
}

/** The answer for a row. */
export const accepted = (
  { record, status }: Omit<Written, 'record'> & { readonly record: MessageRecord },
  replayed = false,
): Accepted => ({
  id: record.id,
  acceptedAt: record.acceptedAt,
  estimatedAt: record.dueAt,
  status,
  replayed,
});

async function accept(
  parts: SubmitParts,
  { record, submission }: { record: MessageRecord; submission: Outgoing },
): Promise<Written> {
  const { message, attachments } = submission;
  const departure = await parts.express.begin(record, submission);
  if (!departure) {
    const inserted = await parts.outbox.accept({ record, message, attachments });
    return { record: inserted.record, status: 'accepted', existed: inserted.kind === 'existing' };
  }
  let stored: HeldRecord | undefined;
  try {
    const inserted = await parts.outbox.accept({ record: departure.record, message, attachments });
    if (inserted.kind === 'existing') return { record: inserted.record, status: 'accepted', existed: true };
    stored = inserted.record;
  } finally {
    if (!stored) departure.cancel();
  }
  return { record: stored, status: await departure.send(stored), existed: false };
}

/**
 * A body above this, in bytes, is not written before it is known that its key is free: it would be uploaded for nothing. Nor is a
 * message with `max_wait`: what was accepted once is not to be refused because others wait by now.
 */
const lookFirst = 500_000;

/** A submission that may be a repetition. */
interface Once {
  readonly parts: Pick<SubmitParts, 'outbox'>;
  readonly submitter: string;
  readonly body: Uint8Array;
  readonly now: Date;
  /** Whether to look for the row before it is written. */
  readonly look: boolean;
  /** Writes the row, unless there is one. */
  readonly write: (id: string, print: string) => Promise<Result<Written>>;
}

/**
 * Submits under a key: the key's row is looked for, and made if there is none that still counts.
 *
 * @param otherBody answers when the key's message was made from another body.
 */
async function submitOnce(
  once: Once,
  key: string,
  otherBody: (first: Written) => Result<Accepted>,
): Promise<Result<Accepted>> {
  const { parts, submitter, body, now } = once;
  const print = fingerprint(body);
  for (let generation = 0; ; generation++) {
    const found = await findOrWrite(once, keyedMessageId(submitter, key, generation), print);
    if (!found.ok) return found;
    const first = found.value;
    if (!first.existed) return ok(accepted(first));
    if (hasRunOut(first.record, now)) {
      await retain(parts, first.record, now);
      continue;
    }
    return first.record.fingerprint === print ? ok(accepted(first, true)) : otherBody(first);
  }
}

/**
 * Submits under a key that is used again when it has run out: a monitoring tool that reminds of an alert tells it in the same words.
 * Who uses a key for the first time pays no request more than without.
 */
async function submitOnceAWhile(once: Once, key: string, lifetime: number): Promise<Result<Accepted>> {
  const { parts, submitter, body, now } = once;
  const found = await findOrWrite(once, keyedMessageId(submitter, key, 0), fingerprint(body));
  if (!found.ok) return found;
  const { record, existed } = found.value;
  if (!existed) return ok(accepted(found.value));
  if (now.getTime() - record.acceptedAt.getTime() <= lifetime * 1000) return ok(accepted(found.value, true));
  await retain(parts, record, now);
  return await submitOnceIn(once, key, lifetime);
}

/** Submits a key, or the print of a body, that counts once in so many seconds. One read more than without. */
async function submitOnceIn(once: Once, key: string, window: number): Promise<Result<Accepted>> {
  const { parts, submitter, body, now } = once;
  const { before, current } = contentIds(submitter, key, window, now);
  const earlier = await parts.outbox.records.get(before);
  if (earlier && now.getTime() - earlier.acceptedAt.getTime() <= window * 1000) {
    return ok(accepted({ record: earlier, status: 'accepted', existed: true }, true));
  }
  const found = await findOrWrite(once, current, fingerprint(body));
  return found.ok ? ok(accepted(found.value, found.value.existed)) : found;
}

async function findOrWrite(
  { parts, look, write }: Once,
  id: string,
  print: string,
): Promise<Result<Written>> {
  const known = look ? await parts.outbox.records.get(id) : undefined;
  return known ? ok({ record: known, status: 'accepted', existed: true }) : await write(id, print);
}

/** Whether the idempotency key that made a row no longer counts. */
export const hasRunOut = ({ acceptedAt }: MessageRecord, now: Date): boolean =>
  (now.getTime() - acceptedAt.getTime()) / 1000 > idempotencyLifetime;

/**
 * Keeps the row of a key that has run out for as long as those that follow it count: without it the next request would take the
 * key for unused. A row that is not at its end yet is kept anyway.
 */
export async function retain(
  { outbox }: Pick<SubmitParts, 'outbox'>,
  record: HeldRecord,
  now: Date,
): Promise<void> {
  if (terminalStates.includes(record.state)) await outbox.ledger.retain(record, now);
}

/** The refusal of a key that was used for another body. */
export const keyReused = () =>
  refuse(
    'idempotency-key-reused',
    'This Idempotency-Key was used for another body within the last 24 hours. Use a new key for a new message; repeat the same body to repeat a request.',
  );
