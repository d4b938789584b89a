/**
 * From a request to a durable message: the order of steps.
 *
 * who is asking → is the body of a size and form we take → what does it say → may this submitter say it → write it down. Each
 * step may refuse, and no step before the last leaves anything in storage.
 */
import type { Clock } from '../platform/clock.ts';
import { newMessageId } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { maySendAs } from '../access/submitter.ts';
import type { Caller } from '../access/authorize.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HeldRecord, MessageRecord } from '../outbox/record.ts';
import type { Summary } from '../reporting/status.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import { fingerprint, idempotencyLifetime, keyedMessageId, readIdempotencyKey } from './idempotency.ts';
import { parseSubmission, type Submission } from './parse.ts';

/** What submitting needs from outside. */
export interface SubmitParts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Seconds from acceptance to expiry. */
  readonly lifetime: number;
  readonly onUnknown: 'retry' | 'hold';
  /** Whether any route can carry a message of that many bytes; a sentence saying why not and what would help. */
  readonly tooLarge: (submission: Submission) => string | undefined;
}

/** The request, once the caller is known and the body is read. */
export interface SubmitRequest {
  readonly caller: Caller;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

/** The answer to a submission that was accepted. */
export interface Accepted {
  readonly id: string;
  readonly acceptedAt: Date;
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
  const parsed = parseSubmission(
    request.body,
    request.header('content-type'),
    request.header('content-encoding'),
  );
  if (!parsed.ok) return parsed;
  const submission = parsed.value;

  const from = submission.message.from.address;
  if (!maySendAs(submitter, from)) {
    const allowed = submitter.senders.length > 0 ? submitter.senders.join(', ') : 'none';
    return refuse(
      'sender-not-allowed',
      `The submitter "${submitter.name}" may not send as ${from}; allowed: ${allowed}. Change "from", or ask the administrator to allow it.`,
      { errors: [{ pointer: '#/from', detail: `Use one of: ${allowed}.` }] },
    );
  }
  const tooLarge = parts.tooLarge(submission);
  if (tooLarge !== undefined) return refuse('message-too-large', tooLarge);

  const now = parts.clock.now();
  if (submission.scheduledAt && submission.scheduledAt.getTime() > now.getTime() + longestSchedule * 1000) {
    const detail = 'Give a time at most 30 days ahead.';
    return refuse('invalid-submission', detail, { errors: [{ pointer: '#/scheduled_at', detail }] });
  }
  const write = async (id: string, print?: string) =>
    await parts.outbox.accept(
      newRecord(parts, request.caller, submission, id, now, print),
      submission.message,
      submission.attachments,
    );
  if (key.value === undefined) {
    const id = newMessageId(now);
    await write(id);
    return ok({ id, acceptedAt: now, replayed: false });
  }
  return await submitOnce(
    parts,
    { submitter: submitter.name, key: key.value, body: request.body, now },
    write,
  );
}

/** How far ahead a message may be scheduled, in seconds. */
const longestSchedule = 30 * 86_400;

/** A body above this, in bytes, is not written before it is known that its key is free: it would be uploaded for nothing. */
const lookFirst = 500_000;

/** Submits under an idempotency key: the key's row is looked for, and made if there is none that still counts. */
async function submitOnce(
  parts: SubmitParts,
  request: { submitter: string; key: string; body: Uint8Array; now: Date },
  write: (id: string, print: string) => Promise<HeldRecord | undefined>,
): Promise<Result<Accepted>> {
  const { submitter, key, body, now } = request;
  const print = fingerprint(body);
  for (let generation = 0; ; generation++) {
    const id = keyedMessageId(submitter, key, generation);
    const known = body.length > lookFirst ? await parts.outbox.records.get(id) : undefined;
    const first = known ?? (await write(id, print));
    if (!first) return ok({ id, acceptedAt: now, replayed: false });
    const age = (now.getTime() - first.acceptedAt.getTime()) / 1000;
    if (age > idempotencyLifetime) continue;
    if (first.fingerprint === print) return ok({ id, acceptedAt: first.acceptedAt, replayed: true });
    return refuse(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another body within the last 24 hours. Use a new key for a new message; repeat the same body to repeat a request.',
    );
  }
}

function newRecord(
  parts: SubmitParts,
  caller: Caller,
  submission: Submission,
  id: string,
  now: Date,
  print: string | undefined,
): MessageRecord {
  const { message } = submission;
  const mailbox = message.from.address;
  const scheduled =
    submission.scheduledAt && submission.scheduledAt > now ? submission.scheduledAt : undefined;
  const due = scheduled ?? now;
  return {
    id,
    state: 'accepted',
    submitter: caller.submitter.name,
    mailbox,
    messageId: `<${id}@${mailbox.slice(mailbox.lastIndexOf('@') + 1)}>`,
    onUnknown: submission.onUnknown ?? parts.onUnknown,
    acceptedAt: now,
    dueAt: due,
    sweepAt: new Date(due.getTime() + graceSeconds * 1000),
    expiresAt: new Date(due.getTime() + parts.lifetime * 1000),
    attempt: 0,
    priority: 'normal',
    progress: {},
    events: [
      {
        at: now.toISOString(),
        event: 'accepted',
        ...(scheduled ? { scheduledAt: scheduled.toISOString() } : {}),
      },
    ],
    summary: summarize(submission),
    ...(print === undefined ? {} : { fingerprint: print }),
  };
}

/**
 * Most characters of addresses of one kind that stay in the row after the content is gone: a property holds 32 Ki characters, and
 * 500 addresses may have four times as many.
 */
const keptCharacters = 5000;

function summarize({ message, tags, metadata }: Submission): Summary {
  const addresses = (list: typeof message.to) => {
    let left = keptCharacters;
    return list.map(({ address }) => address).filter((address) => (left -= address.length) >= 0);
  };
  return {
    from: message.from.address,
    to: addresses(message.to),
    cc: addresses(message.cc),
    bcc: addresses(message.bcc),
    subject: message.subject,
    tags,
    metadata,
  };
}
