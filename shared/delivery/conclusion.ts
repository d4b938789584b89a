/**
 * What an outcome means for the message: what is written into its row and when it is looked at again. Pure.
 */
import type { HeldRecord, Progress } from '../outbox/record.ts';
import type { MessageEvent, RejectedRecipient } from '../reporting/event.ts';
import type { Outcome } from './outcome.ts';
import { nextAttempt } from './retry.ts';
import type { Route } from './route.ts';

/** What a conclusion is drawn from. */
export interface ConclusionFacts {
  readonly record: Pick<HeldRecord, 'attempt' | 'expiresAt' | 'onUnknown' | 'progress'>;
  /** The route of the attempt. */
  readonly route: Route;
  /** Who was left out of it, since they must not be written to any more. */
  readonly leftOut?: readonly RejectedRecipient[];
  readonly outcome: Outcome;
  readonly now: Date;
  /** Seconds between attempts; the last repeats. */
  readonly schedule: readonly number[];
  /** 0 ≤ random < 1. */
  readonly random: number;
  /** Whether the sent copy can be looked for: the permission is granted. */
  readonly canLook: boolean;
  /** When the claim ran out, if the worker died: an unknown outcome is its, and no fault of the provider's. */
  readonly lapsedAt?: Date;
}

/** The last event says where the message stands then. With `dueAt` it waits until then, without it has come to an end. */
export interface Conclusion {
  readonly events: readonly MessageEvent[];
  readonly attempt: number;
  readonly progress: Progress;
  readonly dueAt?: Date;
}

/** How long after a doubtful attempt the mailbox is first looked into, in seconds: the copy of most is there by then. */
const firstLook = 10;

/** Draws it. */
export function conclude(facts: ConclusionFacts): Conclusion {
  const { record, outcome, now, leftOut = [] } = facts;
  const at = now.toISOString();
  const { trace } = outcome;
  const { doubt: _, ...progress } = record.progress;
  switch (outcome.kind) {
    case 'relayed':
      return relayed(facts, outcome, progress);
    case 'failed': {
      const { reason, rejected } = outcome;
      if (progress.served) {
        // The others have it: the message was relayed, though not to these.
        const isLeft = (address: string) => !leftOut.some((one) => one.address === address);
        const all =
          rejected ?? (progress.pending ?? []).filter(isLeft).map((address) => ({ address, reply: reason }));
        const event = {
          at,
          event: 'relayed',
          transport: facts.route.transport,
          trace,
          rejected: [...all, ...leftOut],
        } as const;
        return { events: [event], attempt: record.attempt, progress };
      }
      const event = { at, event: 'failed', reason, trace, ...withLeftOut(rejected, leftOut) } as const;
      return { events: [event], attempt: record.attempt, progress };
    }
    case 'unknown':
      return unknown(facts, outcome, progress);
    case 'deferred': {
      const pending = outcome.rejected && temporary(outcome.rejected);
      return wait(facts, outcome, pending ? { ...progress, pending } : progress, (until) => ({
        at,
        event: 'deferred',
        reason: outcome.reason,
        fault: outcome.fault,
        until,
        trace,
        // From here on only those that are pending are served.
        ...(outcome.rejected ? withLeftOut(outcome.rejected, leftOut) : {}),
      }));
    }
  }
}

/** What is concluded about a message when every recipient whom it is still to be sent to must not be written to any more. */
export function concludeUnsent(
  { attempt, progress, events, mailbox }: Pick<HeldRecord, 'attempt' | 'progress' | 'events' | 'mailbox'>,
  leftOut: readonly RejectedRecipient[],
  now: Date,
): Conclusion {
  const at = now.toISOString();
  if (progress.maybeSent) {
    const reason = `An earlier attempt may have sent it. It is not sent again: ${nobodyLeft}`;
    return { events: [{ at, event: 'unknown', reason, trace: {} }], attempt, progress };
  }
  const last = events.findLast(({ event }) => event === 'partly-relayed');
  const transport = last?.event === 'partly-relayed' && last.transport === 'graph' ? 'graph' : 'smtp';
  return conclude({
    record: { attempt, progress, expiresAt: now, onUnknown: 'hold' },
    route: { transport, mailbox },
    outcome: { kind: 'failed', fault: 'message', reason: nobodyLeft, trace: {} },
    leftOut,
    now,
    schedule: [],
    random: 0,
    canLook: false,
  });
}

const nobodyLeft =
  'All recipients were put on the suppression list after it had been accepted. "recipients" says why.';

const withLeftOut = (
  rejected: readonly RejectedRecipient[] = [],
  leftOut: readonly RejectedRecipient[],
): { readonly rejected?: readonly RejectedRecipient[] } =>
  rejected.length + leftOut.length > 0 ? { rejected: [...rejected, ...leftOut] } : {};

const temporary = (rejected: readonly RejectedRecipient[]): string[] =>
  rejected.filter((one) => one.temporary === true).map(({ address }) => address);

function relayed(
  facts: ConclusionFacts,
  outcome: Extract<Outcome, { kind: 'relayed' }>,
  progress: Progress,
): Conclusion {
  const { trace, notCarried, rejected: refused = [] } = outcome;
  const { transport } = facts.route;
  const at = facts.now.toISOString();
  const pending = temporary(refused);
  const rejected = [...refused, ...(facts.leftOut ?? [])];
  if (pending.length > 0) {
    const again = { kind: 'deferred', fault: 'transient', reason: someRefused, trace } as const;
    return wait(facts, again, { ...progress, pending, served: true }, (until) => ({
      at,
      event: 'partly-relayed',
      transport,
      trace,
      rejected,
      until,
    }));
  }
  const event: MessageEvent = {
    at,
    event: 'relayed',
    transport,
    trace,
    ...(notCarried?.length ? { notCarried } : {}),
    ...(rejected.length > 0 ? { rejected } : {}),
  };
  return { events: [event], attempt: facts.record.attempt, progress };
}

const someRefused = 'The server refused some of the recipients for now.';

function unknown(
  facts: ConclusionFacts,
  outcome: Extract<Outcome, { kind: 'unknown' }>,
  progress: Progress,
): Conclusion {
  const { record, route, now, canLook, lapsedAt } = facts;
  const { reason, trace } = outcome;
  const at = now.toISOString();
  // When some have it already their copy is there to be found, and tells nothing of the others.
  if (canLook && !progress.served) {
    const dueAt = new Date(now.getTime() + firstLook * 1000);
    const doubt = { at: (lapsedAt ?? now).toISOString(), transport: route.transport, mailbox: route.mailbox };
    const until = dueAt.toISOString();
    const event = { at, event: 'unknown', reason: `${reason} ${looking}`, trace, until } as const;
    return { events: [event], attempt: record.attempt, progress: { ...progress, doubt }, dueAt };
  }
  const doubtful: Progress = progress.served ? progress : { ...progress, maybeSent: true };
  if (record.onUnknown === 'hold') {
    return { events: [{ at, event: 'unknown', reason, trace }], attempt: record.attempt, progress: doubtful };
  }
  if (lapsedAt && record.attempt <= quickRecoveries && record.expiresAt > now) {
    const event = { at, event: 'unknown', reason, trace, until: at } as const;
    return { events: [event], attempt: record.attempt, progress: doubtful, dueAt: now };
  }
  return wait(facts, outcome, doubtful, (until) => ({ at, event: 'unknown', reason, trace, until }));
}

/** So many deaths of workers are no reason to wait; a message that kills every worker is to be slowed down. */
const quickRecoveries = 2;

const looking = 'The sent copy is looked for before anything else is done.';

/** Waits for another attempt, or expires when there is no time for one. */
function wait(
  facts: ConclusionFacts,
  outcome: Extract<Outcome, { kind: 'deferred' | 'unknown' }>,
  progress: Progress,
  event: (until: string) => MessageEvent,
): Conclusion {
  const { record, now, schedule, random } = facts;
  const { attempt, expiresAt } = record;
  const next = nextAttempt({ outcome, attempt, now, expiresAt, schedule, random });
  if (next === 'expired') {
    const at = now.toISOString();
    if (outcome.kind === 'unknown') {
      // It may have been sent, so it has not expired for certain: a person must say.
      const { trace } = outcome;
      const reason = `${outcome.reason} ${expiredReason(expiresAt)}`;
      return { events: [{ at, event: 'unknown', reason, trace }], attempt, progress };
    }
    const expired = {
      at,
      event: 'expired',
      reason: `${outcome.reason} ${expiredReason(expiresAt)}`,
    } as const;
    // Who has it already must stay on record.
    const first = event(at);
    return {
      events: first.event === 'partly-relayed' ? [first, expired] : [expired],
      attempt,
      progress,
    };
  }
  return {
    events: [event(next.dueAt.toISOString())],
    attempt: next.costsAttempt ? attempt : attempt - 1,
    progress,
    dueAt: next.dueAt,
  };
}

/** Why a message expired. */
export const expiredReason = (expiresAt: Date): string =>
  `The message was not sent within its lifetime, which ended at ${expiresAt.toISOString()}.`;
