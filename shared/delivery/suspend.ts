/**
 * Holding a message back while sending is suspended. It costs no attempt, and the message's lifetime goes on: what has expired meanwhile
 * waits for a person, who can have it sent all the same.
 */
import type { HeldRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import { append, type MessageEvent } from '../reporting/event.ts';
import type { DeliverParts } from './attempt.ts';
import { ringAt, type Turn } from './settle.ts';

/** The fault that such a deferral has. */
const fault = 'suspended';

/** How long until the switch is looked at again, in seconds: at first, and at most. */
const shortest = 60;
const longest = 300;

/** Part of the time that a message has been held already which it is held on. A long queue that stands still costs little that way. */
const share = 0.25;

/** Holds it. One event says so, however long it lasts. */
export async function suspend(
  parts: DeliverParts,
  record: HeldRecord,
  { reason, until: end }: { readonly reason: string; readonly until?: Date },
): Promise<Turn> {
  const now = parts.clock.now();
  const last = record.events.at(-1);
  const known =
    last?.event === 'deferred' && last.fault === fault && last.reason === reason ? last : undefined;
  const held = known ? (now.getTime() - new Date(known.at).getTime()) / 1000 : 0;
  const seconds = Math.min(longest, Math.max(shortest, held * share)) * (1 + parts.random() / 10);
  const again = end ?? new Date(now.getTime() + seconds * 1000);
  const until = again < record.expiresAt ? again : record.expiresAt;
  const event: MessageEvent = {
    at: now.toISOString(),
    event: 'deferred',
    reason,
    fault,
    until: until.toISOString(),
    trace: {},
  };
  parts.log('debug', 'delivery.suspended', { message: record.id, reason });
  const moved = await parts.outbox.records.update(record, {
    dueAt: until,
    sweepAt: new Date(until.getTime() + graceSeconds * 1000),
    ...(known ? {} : { events: append(record.events, event) }),
  });
  if (!moved) return 'nothing';
  await ringAt(parts, record, until);
  return 'paced';
}
