/**
 * The ledger row of a message that is accepted now. Pure.
 */
import type { Priority } from '../outbox/entry.ts';
import type { MessageRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import type { Summary } from '../reporting/status.ts';
import type { Submission } from './parse.ts';

/** What the row is made from, beside the submission. */
export interface NewRecordFacts {
  readonly id: string;
  readonly submitter: string;
  readonly acceptedAt: Date;
  /** When it will probably be sent: at once, at its time, or when its turn comes. */
  readonly dueAt: Date;
  readonly priority: Priority;
  /** Seconds from `dueAt` to expiry. */
  readonly lifetime: number;
  /** What the submission does not say. */
  readonly onUnknown: 'retry' | 'hold';
  /** With an idempotency key: SHA-256 of the request, base64url. */
  readonly fingerprint?: string;
  /** With an idempotency key: what no other request has. */
  readonly writer?: string;
}

/** Makes it. */
export function newRecord(submission: Submission, facts: NewRecordFacts): MessageRecord {
  const { id, submitter, acceptedAt, dueAt, priority, lifetime, fingerprint, writer } = facts;
  const mailbox = submission.message.from.address;
  const { scheduledAt } = submission;
  return {
    id,
    state: 'accepted',
    submitter,
    mailbox,
    messageId: `<${id}@${mailbox.slice(mailbox.lastIndexOf('@') + 1)}>`,
    onUnknown: submission.onUnknown ?? facts.onUnknown,
    acceptedAt,
    dueAt,
    sweepAt: new Date(dueAt.getTime() + graceSeconds * 1000),
    expiresAt: new Date(dueAt.getTime() + lifetime * 1000),
    attempt: 0,
    priority,
    progress: {},
    events: [
      {
        at: acceptedAt.toISOString(),
        event: 'accepted',
        ...(scheduledAt && scheduledAt > acceptedAt ? { scheduledAt: scheduledAt.toISOString() } : {}),
        ...(submission.warnings ? { warnings: submission.warnings } : {}),
      },
    ],
    summary: summarize(submission),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(writer === undefined ? {} : { writer }),
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
