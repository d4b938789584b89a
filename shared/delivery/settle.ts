/**
 * Writing down what became of a turn: the one place where a message moves on or ends.
 *
 * After a send the result must not be lost with a passing fault of storage, since what is not written down is in doubt. So the
 * write is repeated for as long as the worker may live.
 */
import { describeError, type Log } from '../platform/log.ts';
import type { Clock } from '../platform/clock.ts';
import { isOutage } from '../platform/table.ts';
import type { StoredContent } from '../outbox/content.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Change, HeldRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import { append, type MessageEvent, type State } from '../reporting/event.ts';
import type { Conclusion } from './conclusion.ts';

/** What settling needs from outside. */
export interface SettleParts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** What a turn came to. */
export type Turn =
  | 'relayed'
  | 'tested'
  | 'failed'
  | 'expired'
  | 'unknown'
  | 'dead-lettered'
  | 'deferred'
  /** Nothing to do: no row, a terminal state, or another worker is on it. */
  | 'nothing'
  /** Rung too early; rung again for the right time. */
  | 'early'
  /** Held back for the pace or a closed route; rung again for the time when there is room. */
  | 'paced'
  /** Storage did not answer; rung again. */
  | 'outage';

/** How long the result of a send is tried to be written, in seconds: well under `functionTimeout`. */
const patience = 120;

/** States in which the news that a message was sent after all still counts. */
const open: ReadonlySet<State> = new Set<State>(['accepted', 'deferred', 'unknown']);

/**
 * Writes a conclusion, and rings for the time at which the message is due again.
 *
 * @throws RestError when storage cannot be reached for two minutes.
 */
export async function settle(parts: SettleParts, record: HeldRecord, conclusion: Conclusion): Promise<Turn> {
  const { dueAt, attempt } = conclusion;
  const last = conclusion.events.at(-1);
  if (!last) throw new TypeError('A conclusion has at least one event.');
  const relayed = last.event === 'relayed';
  // Nothing is sent (again), so nothing needs to be kept.
  const done = relayed || last.event === 'tested';
  const change: Change = {
    attempt,
    progress: relayed ? {} : conclusion.progress,
    ...(dueAt ? { dueAt, sweepAt: new Date(dueAt.getTime() + graceSeconds * 1000) } : {}),
  };
  const settled = await write(parts, record, change, conclusion.events, { relayed, purge: done });
  if (!settled) return 'nothing';
  report(parts, record, last, dueAt);
  if (dueAt) await ringAt(parts, settled, dueAt);
  if (done && record.content) await dropContent(parts, record.id, record.content);
  return dueAt ? 'deferred' : (last.event as Turn);
}

/** What stays is a blob without a row, which housekeeping finds: no reason to call the turn failed. */
async function dropContent(parts: SettleParts, id: string, content: StoredContent): Promise<void> {
  try {
    await parts.outbox.contents.remove(content);
  } catch (error) {
    parts.log('warn', 'delivery.content-left', { message: id, error: describeError(error) });
  }
}

/** Rings for a message at a time. */
export async function ringAt(
  parts: Pick<SettleParts, 'outbox' | 'clock'>,
  record: Pick<HeldRecord, 'id' | 'priority'>,
  at: Date,
): Promise<void> {
  const seconds = (at.getTime() - parts.clock.now().getTime()) / 1000;
  await parts.outbox.queue.ring({ v: 1, message: record.id }, record.priority, seconds);
}

async function write(
  parts: SettleParts,
  record: HeldRecord,
  change: Change,
  events: readonly MessageEvent[],
  { relayed, purge }: { readonly relayed: boolean; readonly purge: boolean },
): Promise<HeldRecord | undefined> {
  let held = record;
  for (;;) {
    const all = events.reduce(append, held.events);
    const current = held;
    const moved = await persist(parts, record.id, () =>
      parts.outbox.records.update(current, { ...change, events: all }, purge),
    );
    if (moved) return moved;
    // The claim had lapsed and somebody else took over. Worth a line, since it may mean a duplicate; and when this worker knows
    // that the message was sent, whoever would send it again is to learn of it.
    parts.log('warn', 'delivery.claim-lost', { message: record.id, attempt: record.attempt });
    if (!relayed) return undefined;
    const now = await persist(parts, record.id, () => parts.outbox.records.get(record.id));
    if (!now || !open.has(now.state)) return undefined;
    held = now;
  }
}

async function persist<T>(parts: SettleParts, id: string, act: () => Promise<T>): Promise<T> {
  const end = parts.clock.now().getTime() + patience * 1000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isOutage(error) || parts.clock.now().getTime() > end) throw error;
      parts.log('warn', 'delivery.result-not-written', { message: id, error: describeError(error) });
      await parts.wait(500);
    }
  }
}

function report(
  parts: Pick<SettleParts, 'log' | 'clock'>,
  record: HeldRecord,
  last: MessageEvent,
  dueAt: Date | undefined,
): void {
  const reason = 'reason' in last ? { reason: last.reason } : {};
  const requestId = 'trace' in last && last.trace.requestId ? { requestId: last.trace.requestId } : {};
  parts.log(
    last.event === 'relayed' || last.event === 'tested' || dueAt ? 'info' : 'warn',
    `delivery.${dueAt ? 'deferred' : last.event}`,
    {
      message: record.id,
      submitter: record.submitter,
      attempt: record.attempt,
      ...(dueAt ? { seconds: Math.round((dueAt.getTime() - parts.clock.now().getTime()) / 1000) } : {}),
      ...requestId,
      ...reason,
    },
  );
}
