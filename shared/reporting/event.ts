/**
 * What has happened to a message, one event after another; its status is a fold of them.
 *
 * Events are kept in the message's row, shown by `GET /emails/{id}`, and are what an administrator shows when somebody asks
 * where the mail is. They carry codes and ids, never content.
 */

/** Where a message stands. See ARCHITECTURE.md for the picture. */
export const states = [
  'accepted',
  'sending',
  'relayed',
  'tested',
  'deferred',
  'failed',
  'expired',
  'unknown',
  'cancelled',
  'discarded',
  'dead-lettered',
] as const;
export type State = (typeof states)[number];

/** States from which nothing moves a message but a person. */
export const terminalStates: readonly State[] = [
  'relayed',
  'tested',
  'failed',
  'expired',
  'unknown',
  'cancelled',
  'discarded',
  'dead-lettered',
];

/** States in which a message waits to be sent, for the first time or again. */
export const waitingStates: readonly State[] = ['accepted', 'deferred'];

/** States that wait for a person: the message was not sent, or may not have been, and its content is kept. */
export const keptStates: readonly State[] = ['failed', 'expired', 'unknown', 'dead-lettered'];

/** What the provider told us about itself, kept for support cases. All optional: not every transport has them. */
export interface ProviderTrace {
  /** Graph `request-id`, or undefined. */
  readonly requestId?: string;
  /** The `client-request-id` that we sent. */
  readonly clientRequestId?: string;
  /** HTTP status or SMTP reply code. */
  readonly status?: number;
  /** Graph error code, SMTP enhanced status code (RFC 3463), or AADSTS number. */
  readonly code?: string;
  /** The provider's own words, on one line, shortened to 500 characters. */
  readonly reply?: string;
  /** The id the server gave the message (in Exchange's 250 reply). */
  readonly serverMessageId?: string;
}

/** A recipient that the server refused while it took the message for others (SMTP only), or that was left out here. */
export interface RejectedRecipient {
  readonly address: string;
  readonly code?: string;
  readonly reply: string;
  /** True when the server may take it for this recipient later (4yz, RFC 5321 §4.2.1; delivery/smtp-replies.ts has the exceptions). */
  readonly temporary?: boolean;
}

/** One thing that happened. `at` is ISO 8601 in UTC. */
export type MessageEvent = { readonly at: string } & (
  | {
      readonly event: 'accepted';
      /** When it was asked to be sent, ISO 8601; absent for at once. */
      readonly scheduledAt?: string;
      /** What its sender asked for in another API's words and it cannot have, a sentence each. */
      readonly warnings?: readonly string[];
      /** Why it waits, where that is not its own wish. */
      readonly reason?: string;
    }
  /** By its submitter, before it was sent: when it is now to be sent. */
  | { readonly event: 'rescheduled'; readonly scheduledAt: string }
  /** By its submitter, before it was sent. */
  | { readonly event: 'cancelled' }
  /** A person had it sent again, with a new lifetime. */
  | { readonly event: 'replayed' }
  /** A person gave it up. */
  | { readonly event: 'discarded' }
  /** Its content was kept for as long as the settings say: it can no longer be replayed. The state stays. */
  | { readonly event: 'content-purged' }
  | {
      readonly event: 'sending';
      readonly attempt: number;
      readonly transport: string;
      /** The mailbox that sends it, where that is not the sender's own. */
      readonly mailbox?: string;
      /** Who does not get it, since they were put on the suppression list after it was accepted. */
      readonly leftOut?: readonly RejectedRecipient[];
    }
  /** Taken for some recipients; the others, named in `rejected`, are tried again. */
  | {
      readonly event: 'partly-relayed';
      readonly transport: string;
      readonly trace: ProviderTrace;
      readonly rejected: readonly RejectedRecipient[];
      /** When it will be tried again for the others, ISO 8601. */
      readonly until: string;
    }
  | {
      readonly event: 'relayed';
      readonly transport: string;
      readonly trace: ProviderTrace;
      /** True when a look into the mailbox, and no answer, told that it had been sent. */
      readonly found?: boolean;
      readonly notCarried?: readonly string[];
      readonly rejected?: readonly RejectedRecipient[];
    }
  /** In mode `test`: everything was done but the sending. */
  | {
      readonly event: 'tested';
      readonly transport: string;
      /** The mailbox that would have sent it, where that is not the sender's own. */
      readonly mailbox?: string;
      /** The form in which it would have gone, as in a dry run. */
      readonly form: string;
      /** The most bytes that it would have had in RFC 5322 form. */
      readonly size: number;
      readonly notCarried?: readonly string[];
      readonly rejected?: readonly RejectedRecipient[];
    }
  | {
      readonly event: 'deferred';
      readonly reason: string;
      readonly fault: string;
      /** When it will be tried again, ISO 8601. */
      readonly until: string;
      readonly trace: ProviderTrace;
      readonly rejected?: readonly RejectedRecipient[];
    }
  | {
      readonly event: 'failed';
      readonly reason: string;
      readonly trace: ProviderTrace;
      readonly rejected?: readonly RejectedRecipient[];
    }
  | { readonly event: 'expired'; readonly reason: string }
  | {
      readonly event: 'unknown';
      readonly reason: string;
      readonly trace: ProviderTrace;
      /** When it will be sent again, ISO 8601; absent when it is held for a person. */
      readonly until?: string;
    }
  | { readonly event: 'dead-lettered'; readonly reason: string }
);

/** The state that an event leaves a message in. Which may follow in which state is told by transitions.ts. */
export function stateAfter(state: State, event: MessageEvent): State {
  if (event.event === 'replayed' || event.event === 'rescheduled') return 'accepted';
  if (event.event === 'partly-relayed') return 'deferred';
  // An unknown outcome that is to be looked into or sent again waits like any deferral.
  if (event.event === 'unknown') return event.until === undefined ? 'unknown' : 'deferred';
  return event.event === 'content-purged' ? state : event.event;
}

/** The state that a list of events leaves a message in; `accepted` for none. */
export const stateOf = (events: readonly MessageEvent[]): State =>
  events.reduce<State>(stateAfter, 'accepted');

/** Why a message stands where it does; undefined when no event has said. */
export const lastReason = (events: readonly MessageEvent[]): string | undefined =>
  events
    .map((event) => ('reason' in event ? event.reason : undefined))
    .findLast((reason) => reason !== undefined);

/** The most events kept for a message: the first ones tell how it began, the last ones where it stands. */
const keptEvents = 60;

/** How many of the first ones are kept. */
const keptFirst = 10;

/** Whether an event says of some recipient what is not said again: they have it, or never will. About as many as recipients at most. */
const decides = (event: MessageEvent): boolean =>
  event.event === 'partly-relayed' ||
  ('rejected' in event && (event.rejected ?? []).some(({ temporary }) => temporary !== true));

/** Adds an event, dropping one from the middle when the list grows beyond what a row should hold. */
export function append(events: readonly MessageEvent[], event: MessageEvent): readonly MessageEvent[] {
  const all = [...events, event];
  if (all.length <= keptEvents) return all;
  const spare = events.findIndex((one, i) => i >= keptFirst && !decides(one));
  return spare === -1 ? all : all.toSpliced(spare, 1);
}
