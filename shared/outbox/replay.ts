/**
 * What a person does with messages that were not sent: look at them, have them sent again, or give them up.
 */
import { partitions } from '../platform/id.ts';
import { append, keptStates, type State } from '../reporting/event.ts';
import type { Priority } from './entry.ts';
import type { Outbox } from './outbox.ts';
import type { HeldRecord } from './record.ts';
import { graceSeconds } from './sweep.ts';

/** Which kept messages are meant. What is left out does not limit. */
export interface KeptFilter {
  readonly state?: State;
  readonly submitter?: string;
  /** Accepted at or after. */
  readonly since?: Date;
  /** Accepted before. */
  readonly until?: Date;
}

/**
 * Messages that wait for a person, oldest first.
 *
 * @throws RestError when storage cannot be reached.
 */
export async function listKept(outbox: Outbox, filter: KeptFilter): Promise<HeldRecord[]> {
  const states = keptStates.filter((state) => filter.state === undefined || state === filter.state);
  if (states.length === 0) return [];
  const found = await Promise.all(
    partitions.map((partition) => Array.fromAsync(outbox.records.inStates(partition, states))),
  );
  return found
    .flat()
    .filter(({ submitter }) => filter.submitter === undefined || submitter === filter.submitter)
    .filter(({ acceptedAt }) => filter.since === undefined || acceptedAt >= filter.since)
    .filter(({ acceptedAt }) => filter.until === undefined || acceptedAt < filter.until)
    .sort((a, b) => a.acceptedAt.getTime() - b.acceptedAt.getTime());
}

/** What became of a request to replay or discard. */
export type Decision =
  | 'done'
  /** There is no such message. */
  | 'missing'
  /** It does not wait for a person (any more). */
  | 'not-kept'
  /** Its content is gone, so it cannot be sent. */
  | 'no-content';

/**
 * Has a message sent again, with a new lifetime and as if it had never been tried; same id, same Message-ID.
 *
 * @param lifetime seconds from now to its expiry.
 * @throws RestError when storage cannot be reached.
 */
export async function replay(outbox: Outbox, id: string, now: Date, lifetime: number): Promise<Decision> {
  let priority: Priority = 'normal';
  const decision = await decide(outbox, id, (record) => {
    if (!record.content) return undefined;
    ({ priority } = record);
    return {
      dueAt: now,
      sweepAt: new Date(now.getTime() + graceSeconds * 1000),
      expiresAt: new Date(now.getTime() + lifetime * 1000),
      attempt: 0,
      events: append(record.events, { at: now.toISOString(), event: 'replayed' }),
    };
  });
  if (decision === 'done') await outbox.queue.ring({ v: 1, message: id }, priority);
  return decision;
}

/** Gives a message up and drops its content. @throws RestError when storage cannot be reached. */
export async function discard(outbox: Outbox, id: string, now: Date): Promise<Decision> {
  return await decide(
    outbox,
    id,
    (record) => ({ events: append(record.events, { at: now.toISOString(), event: 'discarded' }) }),
    true,
  );
}

async function decide(
  outbox: Outbox,
  id: string,
  change: (record: HeldRecord) => Parameters<Outbox['records']['update']>[1] | undefined,
  purge = false,
): Promise<Decision> {
  for (;;) {
    const record = await outbox.records.get(id);
    if (!record) return 'missing';
    if (!keptStates.includes(record.state)) return 'not-kept';
    const changed = change(record);
    if (!changed) return 'no-content';
    if (await outbox.records.update(record, changed, purge)) {
      if (purge && record.content) await outbox.contents.remove(record.content);
      return 'done';
    }
  }
}
