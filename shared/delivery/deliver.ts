/**
 * One turn of the delivery half: a doorbell has rung for a message; look at its row and do what is due.
 *
 * Nothing here throws for what Microsoft 365 does.
 */
import type { OutboxEntry, Priority } from '../outbox/entry.ts';
import type { HeldRecord, Progress } from '../outbox/record.ts';
import { describeError } from '../platform/log.ts';
import { isOutage } from '../platform/table.ts';
import { terminalStates, type MessageEvent } from '../reporting/event.ts';
import { attempt, holdBack, patience, type DeliverParts } from './attempt.ts';
import { lastLeftOut } from './audience.ts';
import { deliverBatch } from './batch.ts';
import { conclude, expiredReason } from './conclusion.ts';
import type { Doubt, Sighting } from './doubt.ts';
import type { Route } from './route.ts';
import { ringAt, settle, type Turn } from './settle.ts';
import { suspend } from './suspend.ts';

/** A doorbell that rings this many seconds early is answered all the same: clocks differ, and queues round to seconds. */
const earlySeconds = 2;

/** How long until a doorbell that storage did not let be answered rings again, in seconds. */
const afterOutage = 30;

/**
 * Takes one turn. When storage does not answer, the doorbell is put again: the host counts how often an entry was taken and gives it up
 * after ten times, and an outage of some minutes is not the message's fault.
 *
 * @param priority of the queue that the entry came from.
 * @throws RestError when the queue cannot be reached either, and what a defect throws; the host then rings again.
 */
export async function deliver(
  parts: DeliverParts,
  entry: OutboxEntry,
  priority: Priority = 'normal',
): Promise<Turn> {
  try {
    return await answer(parts, entry);
  } catch (error) {
    if (!isOutage(error)) throw error;
    parts.log('warn', 'delivery.storage-unavailable', { error: describeError(error) });
    await parts.outbox.queue.ring(entry, priority, afterOutage);
    return 'outage';
  }
}

async function answer(parts: DeliverParts, entry: OutboxEntry): Promise<Turn> {
  if (entry.v === 2) return await deliverBatch(parts, entry, takeTurn);
  const record = await parts.outbox.records.get(entry.message);
  return record ? await takeTurn(parts, record) : 'nothing';
}

/** Takes a turn for a row that has been read. */
async function takeTurn(parts: DeliverParts, record: HeldRecord): Promise<Turn> {
  if (terminalStates.includes(record.state)) return 'nothing';
  const now = parts.clock.now();
  if (record.state === 'sending') return await recover(parts, record, now);
  if (record.dueAt.getTime() - now.getTime() > earlySeconds * 1000) {
    await ringAt(parts, record, record.dueAt);
    return 'early';
  }
  const { doubt } = record.progress;
  if (doubt) return await look(parts, record, doubt);
  return await attemptInTime(parts, record, now);
}

async function attemptInTime(parts: DeliverParts, record: HeldRecord, now: Date): Promise<Turn> {
  if (record.expiresAt > now) {
    const suspension = await parts.suspension(record);
    return suspension ? await suspend(parts, record, suspension) : await attempt(parts, record);
  }
  const reason = expiredReason(record.expiresAt);
  return await end(parts, record, { at: now.toISOString(), event: 'expired', reason });
}

const end = async (parts: DeliverParts, record: HeldRecord, event: MessageEvent): Promise<Turn> =>
  await settle(parts, record, { events: [event], attempt: record.attempt, progress: record.progress });

/** A worker claimed the message and has not come back: if its claim has lapsed, nobody can tell what became of the attempt. */
async function recover(parts: DeliverParts, record: HeldRecord, now: Date): Promise<Turn> {
  if (record.leaseUntil && record.leaseUntil > now) return 'nothing';
  const last = record.events.findLast(({ event }) => event === 'sending');
  const route: Route =
    last?.event === 'sending'
      ? {
          transport: last.transport === 'smtp' ? 'smtp' : 'graph',
          mailbox: last.mailbox ?? record.mailbox,
        }
      : { transport: 'graph', mailbox: record.mailbox };
  const reason = 'The worker that was sending the message stopped before it could record the result.';
  return await unresolved(parts, record, route, reason, { lapsedAt: record.leaseUntil ?? now });
}

async function unresolved(
  parts: DeliverParts,
  record: HeldRecord,
  route: Route,
  reason: string,
  more: { readonly lapsedAt?: Date; readonly canLook?: boolean } = {},
): Promise<Turn> {
  const conclusion = conclude({
    record,
    route,
    outcome: { kind: 'unknown', reason, trace: {} },
    now: parts.clock.now(),
    schedule: parts.schedule,
    random: parts.random(),
    canLook: parts.sentCopies !== undefined,
    ...more,
  });
  return await settle(parts, record, conclusion);
}

/** How long until a mailbox that could not be asked is asked again, in seconds. */
const askAgain = 30;

/** Looks into the mailbox before a doubtful message is sent again. */
async function look(parts: DeliverParts, record: HeldRecord, doubt: Doubt): Promise<Turn> {
  const sighting = await find(parts, record, doubt);
  const now = parts.clock.now();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  switch (sighting.kind) {
    case 'sent': {
      const { transport } = doubt;
      const leftOut = lastLeftOut(record.events);
      return await end(parts, record, {
        at: now.toISOString(),
        event: 'relayed',
        transport,
        trace: sighting.trace,
        found: true,
        ...(leftOut.length > 0 ? { rejected: leftOut } : {}),
      });
    }
    case 'not-sent':
      return await attemptInTime(parts, { ...record, progress: settled(record.progress) }, now);
    case 'too-early':
      return await holdBack(parts, record, later(sighting.seconds), 'The sent copy may still come.');
    case 'unreachable': {
      const { reason, retryAfterSeconds = 0 } = sighting;
      if (record.expiresAt <= now) return await giveUpLooking(parts, record, now, reason);
      return await holdBack(parts, record, later(Math.max(askAgain, retryAfterSeconds)), reason);
    }
    case 'no-evidence': {
      if (hasBeenReplayed(record, doubt)) {
        const progress: Progress = { ...settled(record.progress), maybeSent: true };
        return await attemptInTime(parts, { ...record, progress }, now);
      }
      const route = { transport: doubt.transport, mailbox: doubt.mailbox };
      return await unresolved(parts, record, route, sighting.reason, { canLook: false });
    }
  }
}

/** Without having been seen it may have been sent, so it has not expired for certain: a person must say. */
const giveUpLooking = async (
  parts: DeliverParts,
  record: HeldRecord,
  now: Date,
  reason: string,
): Promise<Turn> =>
  await end(parts, record, {
    at: now.toISOString(),
    event: 'unknown',
    reason: `${reason} ${expiredReason(record.expiresAt)}`,
    trace: {},
  });

/** Whether a person has had the message sent again in spite of the doubt. A copy that is found still counts. */
const hasBeenReplayed = ({ events }: HeldRecord, doubt: Doubt): boolean =>
  events.some(({ at, event }) => event === 'replayed' && at > doubt.at);

function settled(progress: Progress): Progress {
  const { doubt: _, ...rest } = progress;
  return rest;
}

async function find(parts: DeliverParts, record: HeldRecord, doubt: Doubt): Promise<Sighting> {
  const reason = 'The permission to look for the sent copy is not granted.';
  if (!parts.sentCopies) return { kind: 'no-evidence', reason };
  const content = record.content && (await parts.outbox.contents.open(record.content));
  const copies = await parts.sentCopies();
  const { mailbox } = doubt;
  const { priority } = record;
  // Graph is asked, however the message went, and counts the question among the requests in flight.
  const release = await parts.pace.lane({ mailbox, transport: 'graph', priority }, patience[priority]);
  if (!release) return { kind: 'too-early', seconds: 1 };
  try {
    return await copies.find(
      {
        id: record.id,
        messageId: record.messageId,
        doubt,
        ...(content ? { message: content.message } : {}),
        ...(record.progress.draft?.mailbox === mailbox ? { draft: record.progress.draft.id } : {}),
      },
      AbortSignal.timeout(parts.attemptTimeout * 1000),
    );
  } finally {
    release();
  }
}
