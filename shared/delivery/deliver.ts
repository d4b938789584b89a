/**
 * One turn of the delivery half: a doorbell has rung for a message; look at its row and do what is due.
 *
 * Nothing here throws for what Microsoft 365 does. It throws only when storage fails, and then the host rings again.
 */
import type { Clock } from '../platform/clock.ts';
import { describeError, type Log } from '../platform/log.ts';
import type { OutboxEntry } from '../outbox/entry.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HeldRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import { append, terminalStates, type MessageEvent } from '../reporting/event.ts';
import type { Outcome } from './outcome.ts';
import { nextAttempt } from './retry.ts';
import { chooseTransport } from './route.ts';
import type { OutgoingMessage, Transport } from './transport.ts';

/** What delivering needs from outside. */
export interface DeliverParts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  /** The configured transports, best first; loaded on first use. */
  readonly transports: () => Promise<readonly Transport[]>;
  /** Seconds between attempts; the last repeats. */
  readonly schedule: readonly number[];
  /** Seconds one attempt may take. */
  readonly attemptTimeout: number;
  /** 0 ≤ random < 1, for jitter. */
  readonly random: () => number;
}

/** The events that end a message. */
type Ending = Extract<
  MessageEvent,
  { event: 'relayed' | 'failed' | 'expired' | 'unknown' | 'dead-lettered' }
>;

/** What a turn came to. */
export type Turn =
  | Ending['event']
  | 'deferred'
  /** Nothing to do: no row, a terminal state, or another worker is on it. */
  | 'nothing'
  /** Rung too early; rung again for the right time. */
  | 'early';

/** Seconds beyond the attempt's own limit that a claim holds, to write the result down. */
const leaseMargin = 20;

/** A doorbell that rings this many seconds early is answered all the same: clocks differ, and queues round to seconds. */
const earlySeconds = 2;

/**
 * Takes one turn.
 *
 * @throws RestError when storage cannot be reached; the doorbell must then ring again.
 */
export async function deliver(parts: DeliverParts, entry: OutboxEntry): Promise<Turn> {
  const record = await parts.outbox.records.get(entry.message);
  if (!record || terminalStates.includes(record.state)) return 'nothing';
  const now = parts.clock.now();
  if (record.state === 'sending') return await recover(parts, record, now);
  const wait = (record.dueAt.getTime() - now.getTime()) / 1000;
  if (wait > earlySeconds) {
    await parts.outbox.queue.ring(entry, record.priority, wait);
    return 'early';
  }
  if (record.expiresAt <= now) {
    return await settle(parts, record, {
      at: now.toISOString(),
      event: 'expired',
      reason: expiredReason(record),
    });
  }
  return await attempt(parts, record, now);
}

async function attempt(parts: DeliverParts, record: HeldRecord, now: Date): Promise<Turn> {
  const content = record.content && (await parts.outbox.contents.open(record.content));
  if (!content) {
    const reason = 'The content of the message is gone from storage.';
    return await settle(parts, record, { at: now.toISOString(), event: 'dead-lettered', reason });
  }
  const mail: OutgoingMessage = {
    id: record.id,
    messageId: record.messageId,
    date: record.acceptedAt,
    mailbox: record.mailbox,
    message: content.message,
    openAttachment: (index) => content.openAttachment(index),
  };
  const transport = chooseTransport(await parts.transports(), mail.message);
  if (!transport.ok) {
    return await settle(parts, record, {
      at: now.toISOString(),
      event: 'failed',
      reason: transport.reason,
      trace: {},
    });
  }
  const { name } = transport.transport;
  const claimed = await claim(parts, record, name, now);
  if (!claimed) return 'nothing';
  const outcome = await send(parts, transport.transport, mail);
  return await conclude(parts, claimed, name, outcome);
}

async function claim(parts: DeliverParts, record: HeldRecord, transport: string, now: Date) {
  const lease = new Date(now.getTime() + (parts.attemptTimeout + leaseMargin) * 1000);
  const number = record.attempt + 1;
  return await parts.outbox.records.update(record, {
    attempt: number,
    leaseUntil: lease,
    sweepAt: lease,
    events: append(record.events, { at: now.toISOString(), event: 'sending', attempt: number, transport }),
  });
}

async function send(parts: DeliverParts, transport: Transport, mail: OutgoingMessage): Promise<Outcome> {
  try {
    return await transport.send(mail, AbortSignal.timeout(parts.attemptTimeout * 1000), {
      note: () => Promise.resolve(true),
    });
  } catch (error) {
    // A defect of ours: the message waits like any other while somebody reads the log.
    parts.log('error', 'delivery.defect', {
      message: mail.id,
      transport: transport.name,
      error: describeError(error),
    });
    return {
      kind: 'deferred',
      fault: 'transient',
      reason: 'The attempt ended in an internal error.',
      trace: {},
    };
  }
}

/** A worker claimed the message and has not come back: if its claim has lapsed, nobody can tell what became of the attempt. */
async function recover(parts: DeliverParts, record: HeldRecord, now: Date): Promise<Turn> {
  if (record.leaseUntil && record.leaseUntil > now) return 'nothing';
  const reason = 'The worker that was sending the message stopped before it could record the result.';
  return await conclude(parts, record, 'none', { kind: 'unknown', reason, trace: {} });
}

async function conclude(
  parts: DeliverParts,
  record: HeldRecord,
  transport: string,
  outcome: Outcome,
): Promise<Turn> {
  const now = parts.clock.now();
  const at = now.toISOString();
  const { trace } = outcome;
  switch (outcome.kind) {
    case 'relayed': {
      const { notCarried, rejected } = outcome;
      return await settle(parts, record, {
        at,
        event: 'relayed',
        transport,
        trace,
        ...(notCarried?.length ? { notCarried } : {}),
        ...(rejected?.length ? { rejected } : {}),
      });
    }
    case 'failed': {
      const { reason, rejected } = outcome;
      return await settle(parts, record, {
        at,
        event: 'failed',
        reason,
        trace,
        ...(rejected ? { rejected } : {}),
      });
    }
    case 'unknown':
      if (record.onUnknown === 'hold') {
        return await settle(parts, record, { at, event: 'unknown', reason: outcome.reason, trace });
      }
      return await postpone(parts, record, outcome, (until) => ({
        at,
        event: 'unknown',
        reason: outcome.reason,
        trace,
        until,
      }));
    case 'deferred': {
      const { reason, fault } = outcome;
      return await postpone(parts, record, outcome, (until) => ({
        at,
        event: 'deferred',
        reason,
        fault,
        until,
        trace,
      }));
    }
  }
}

async function postpone(
  parts: DeliverParts,
  record: HeldRecord,
  outcome: Extract<Outcome, { kind: 'deferred' | 'unknown' }>,
  event: (until: string) => MessageEvent,
): Promise<Turn> {
  const now = parts.clock.now();
  const next = nextAttempt({
    outcome,
    attempt: record.attempt,
    now,
    expiresAt: record.expiresAt,
    schedule: parts.schedule,
    random: parts.random(),
  });
  if (next === 'expired') {
    return await settle(parts, record, {
      at: now.toISOString(),
      event: 'expired',
      reason: `${outcome.reason} ${expiredReason(record)}`,
    });
  }
  const moved = await parts.outbox.records.update(record, {
    dueAt: next.dueAt,
    sweepAt: new Date(next.dueAt.getTime() + graceSeconds * 1000),
    attempt: next.costsAttempt ? record.attempt : record.attempt - 1,
    events: append(record.events, event(next.dueAt.toISOString())),
  });
  if (!moved) return lost(parts, record);
  parts.log('info', 'delivery.deferred', {
    message: record.id,
    attempt: record.attempt,
    seconds: Math.round((next.dueAt.getTime() - now.getTime()) / 1000),
    reason: outcome.reason,
  });
  await parts.outbox.queue.ring(
    { v: 1, message: record.id },
    record.priority,
    (next.dueAt.getTime() - now.getTime()) / 1000,
  );
  return 'deferred';
}

/** Brings a message to its end. What was relayed is no longer ours to keep; what was not stays for a replay. */
async function settle(parts: DeliverParts, record: HeldRecord, event: Ending): Promise<Turn> {
  const state = event.event;
  const relayed = state === 'relayed';
  const events = append(record.events, event);
  const settled = await parts.outbox.records.update(record, { events }, relayed);
  if (!settled) return lost(parts, record);
  if (relayed && record.content) await parts.outbox.contents.remove(record.content);
  parts.log(relayed ? 'info' : 'warn', `delivery.${state}`, {
    message: record.id,
    submitter: record.submitter,
    attempt: record.attempt,
    ...('trace' in event && event.trace.requestId ? { requestId: event.trace.requestId } : {}),
    ...('reason' in event ? { reason: event.reason } : {}),
  });
  return state;
}

/** The row changed under a claim of ours: the claim had lapsed and somebody else took over. Worth a line, since it may mean a duplicate. */
function lost(parts: DeliverParts, record: HeldRecord): Turn {
  parts.log('warn', 'delivery.claim-lost', { message: record.id, attempt: record.attempt });
  return 'nothing';
}

const expiredReason = (record: HeldRecord): string =>
  `The message was not sent within its lifetime, which ended at ${record.expiresAt.toISOString()}.`;
