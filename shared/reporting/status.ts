/**
 * The status of a message as `GET /emails/{id}` shows it: Resend's field names where it has them, and the whole timeline.
 */
import { waitingStates, type MessageEvent, type State } from './event.ts';
import { recipientViews, type RecipientView } from './recipients.ts';

/** What is kept of a message after its content is gone. */
export interface Summary {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly metadata: Readonly<Record<string, string>>;
  /** In mode `redirect`: whom it was for. */
  readonly original?: {
    readonly to: readonly string[];
    readonly cc: readonly string[];
    readonly bcc: readonly string[];
  };
  /** How many times what led to it has been through a bridge, this time included; absent for once. */
  readonly hop?: number;
}

/** The part of a message's record that its status is made of; outbox/record.ts has this shape. */
interface Reportable {
  readonly id: string;
  readonly state: State;
  readonly mode?: 'test' | 'redirect';
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
  /** Where it stands in the words of Resend's API, for its clients; `status` and `events` say it in ours. */
  readonly last_event: LastEvent;
  /** Where it stands for each address of to, cc and bcc. */
  readonly recipients: readonly RecipientView[];
  /** Absent when it is sent as it was submitted. */
  readonly mode?: 'test' | 'redirect';
  readonly submitter: string;
  readonly mailbox: string;
  readonly message_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  /** When it was asked to be sent; absent for at once. */
  readonly scheduled_at?: string;
  /** Only while it waits: when it will probably be sent. */
  readonly estimated_at?: string;
  /** Only while it waits after an attempt: when the next is due. */
  readonly next_attempt_at?: string;
  readonly attempts: number;
  readonly events: readonly MessageEvent[];
}

/** Folds a record into its status. */
export function statusView(record: Reportable): StatusView {
  const { summary, state, events } = record;
  const { to, cc, bcc } = summary;
  const due = record.dueAt.toISOString();
  return {
    object: 'email',
    id: record.id,
    status: state,
    last_event: lastEvent(record),
    ...summary,
    recipients: recipientViews([...to, ...cc, ...bcc], state, events),
    ...(record.mode === undefined ? {} : { mode: record.mode }),
    submitter: record.submitter,
    mailbox: record.mailbox,
    message_id: record.messageId,
    created_at: record.acceptedAt.toISOString(),
    expires_at: record.expiresAt.toISOString(),
    ...scheduleOf(events),
    ...(waitingStates.includes(state) ? { estimated_at: due } : {}),
    ...(state === 'deferred' ? { next_attempt_at: due } : {}),
    attempts: record.attempt,
    events,
  };
}

/** The words of Resend's `last_event` that can become true here. Source: https://resend.com/docs/dashboard/emails/introduction */
export type LastEvent = 'queued' | 'scheduled' | 'sent' | 'delivery_delayed' | 'failed' | 'canceled';

const lastEvents: Readonly<Record<Exclude<State, 'accepted'>, LastEvent>> = {
  sending: 'queued',
  relayed: 'sent',
  tested: 'sent',
  deferred: 'delivery_delayed',
  unknown: 'delivery_delayed',
  cancelled: 'canceled',
  failed: 'failed',
  expired: 'failed',
  discarded: 'failed',
  'dead-lettered': 'failed',
};

function lastEvent({ state, events }: Reportable): LastEvent {
  if (state !== 'accepted') return lastEvents[state];
  return scheduleOf(events).scheduled_at === undefined ? 'queued' : 'scheduled';
}

/** The last word on the time. */
function scheduleOf(events: readonly MessageEvent[]): { scheduled_at?: string } {
  const last = events.findLast(({ event }) => event === 'accepted' || event === 'rescheduled');
  return last && 'scheduledAt' in last && last.scheduledAt !== undefined
    ? { scheduled_at: last.scheduledAt }
    : {};
}
