/**
 * The status of a message as `GET /emails/{id}` shows it: Resend's field names where it has them, and the whole timeline.
 */
import type { MessageEvent, State } from './event.ts';

/** What is kept of a message after its content is gone. */
export interface Summary {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The part of a message's record that its status is made of; outbox/record.ts has this shape. */
interface Reportable {
  readonly id: string;
  readonly state: State;
  readonly submitter: string;
  readonly mailbox: string;
  readonly messageId: string;
  readonly acceptedAt: Date;
  readonly dueAt: Date;
  readonly expiresAt: Date;
  readonly attempt: number;
  readonly events: readonly MessageEvent[];
  readonly summary: Summary;
}

/** The JSON of `GET /emails/{id}`. Times are ISO 8601 in UTC. */
export interface StatusView extends Summary {
  readonly object: 'email';
  readonly id: string;
  /** "relayed" means that Microsoft 365 took the message; nobody here can know that it was delivered. */
  readonly status: State;
  readonly last_event: string;
  readonly submitter: string;
  readonly mailbox: string;
  readonly message_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** When it was asked to be sent; absent for at once. */
  readonly scheduled_at?: string;
  /** Only while it waits: when the next attempt is due. */
  readonly next_attempt_at?: string;
  readonly attempts: number;
  readonly events: readonly MessageEvent[];
}

/** Folds a record into its status. */
export function statusView(record: Reportable): StatusView {
  const { summary } = record;
  return {
    object: 'email',
    id: record.id,
    status: record.state,
    last_event: record.events.at(-1)?.event ?? record.state,
    ...summary,
    submitter: record.submitter,
    mailbox: record.mailbox,
    message_id: record.messageId,
    created_at: record.acceptedAt.toISOString(),
    expires_at: record.expiresAt.toISOString(),
    ...scheduleOf(record.events),
    ...(record.state === 'deferred' ? { next_attempt_at: record.dueAt.toISOString() } : {}),
    attempts: record.attempt,
    events: record.events,
  };
}

/** The last word on the time. */
function scheduleOf(events: readonly MessageEvent[]): { scheduled_at?: string } {
  const last = events.findLast(({ event }) => event === 'accepted' || event === 'rescheduled');
  return last && 'scheduledAt' in last && last.scheduledAt !== undefined
    ? { scheduled_at: last.scheduledAt }
    : {};
}
