/**
 * The ledger row of a message that is accepted now. Pure.
 */
import type { Priority } from '../outbox/entry.ts';
import type { MessageRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import type { Summary } from '../reporting/status.ts';
import type { SendingMode } from '../access/mode.ts';
import type { Mailbox } from '../message/message.ts';
import type { Outgoing } from './outgoing.ts';

/** What the row is made from, beside the submission. */
export interface NewRecordFacts {
  readonly id: string;
  readonly submitter: string;
  readonly mode: SendingMode['kind'];
  readonly acceptedAt: Date;
  /** When it will probably be sent: at once, at its time, or when its turn comes. */
  readonly dueAt: Date;
  /** Why it waits until then, where that is not its own wish. */
  readonly reason?: string;
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
export function newRecord(submission: Outgoing, facts: NewRecordFacts): MessageRecord {
  const { id, submitter, mode, reason, acceptedAt, dueAt, priority, lifetime, fingerprint, writer } = facts;
  const mailbox = submission.message.from.address;
  const { scheduledAt } = submission;
  return {
    id,
    state: 'accepted',
    submitter,
    ...(mode === 'live' ? {} : { mode }),
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
        ...(reason === undefined ? {} : { reason }),
      },
    ],
    summary: summarize(submission),
    ...(submission.batch === undefined ? {} : { batch: submission.batch }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(writer === undefined ? {} : { writer }),
  };
}

/**
 * Most characters of addresses of one kind that stay in the row after the content is gone: a property holds 32 Ki characters, and
 * 500 addresses may have four times as many.
 */
const keptCharacters = 5000;

function addresses(list: readonly Mailbox[]): string[] {
  let left = keptCharacters;
  return list.map(({ address }) => address).filter((address) => (left -= address.length) >= 0);
}

function summarize({ message, tags, metadata, original, hop }: Outgoing): Summary {
  return {
    from: message.from.address,
    to: addresses(message.to),
    cc: addresses(message.cc),
    bcc: addresses(message.bcc),
    subject: message.subject,
    tags,
    metadata,
    ...(original
      ? {
          original: {
            to: addresses(original.to),
            cc: addresses(original.cc),
            bcc: addresses(original.bcc),
          },
        }
      : {}),
    ...(hop === undefined ? {} : { hop }),
  };
}
