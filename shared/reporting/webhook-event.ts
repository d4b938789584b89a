/**
 * What a webhook says: one event of a message's timeline. Never content, subject or addresses, save those that were refused.
 *
 * The text follows from the events up to the one it tells of, and from nothing that changes later, so that every retry says the
 * same.
 */
import { createHash } from 'node:crypto';
import { stateOf, type MessageEvent } from './event.ts';
import type { Summary } from './status.ts';

/** The types, by the event of the timeline. What is not here is not told. */
const types = {
  accepted: 'message.accepted',
  deferred: 'message.deferred',
  'partly-relayed': 'message.deferred',
  relayed: 'message.relayed',
  tested: 'message.tested',
  failed: 'message.failed',
  expired: 'message.expired',
  unknown: 'message.unknown',
  cancelled: 'message.cancelled',
  'dead-lettered': 'message.dead_lettered',
} as const satisfies Partial<Record<MessageEvent['event'], string>>;

/** Every type of event that can be subscribed to. */
export const webhookEventTypes: readonly string[] = [...new Set(Object.values(types))];

/** The type of an event, or undefined when it is not told. */
export const webhookEventType = ({ event }: MessageEvent): string | undefined =>
  event in types ? types[event as keyof typeof types] : undefined;

/** What tells one event of a message from another. */
export type EventName = Pick<MessageEvent, 'at' | 'event'>;

/** The part of a message's record that is told; outbox/record.ts has this shape. */
export interface Tellable {
  readonly id: string;
  readonly submitter: string;
  readonly messageId: string;
  readonly events: readonly MessageEvent[];
  readonly summary: Pick<Summary, 'tags' | 'metadata' | 'hop'>;
}

/** A webhook's body before it is JSON (the payload structure of Standard Webhooks). */
export interface WebhookPayload {
  readonly type: string;
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
  readonly data: object;
}

/** @returns undefined when the event does not stand in the record, or is of a kind that is not told. */
export function webhookPayload(record: Tellable, name: EventName): WebhookPayload | undefined {
  const index = record.events.findIndex(({ at, event }) => at === name.at && event === name.event);
  const event = record.events[index];
  const type = event && webhookEventType(event);
  if (!type) return undefined;
  const history = record.events.slice(0, index + 1);
  return {
    type,
    timestamp: event.at,
    data: {
      id: record.id,
      submitter: record.submitter,
      status: stateOf(history),
      attempt: history.findLast((one) => one.event === 'sending')?.attempt ?? 0,
      message_id: record.messageId,
      tags: record.summary.tags,
      metadata: record.summary.metadata,
      ...('until' in event && event.until !== undefined ? { next_attempt_at: event.until } : {}),
      event,
    },
  };
}

/** The `webhook-id`: the same for every attempt to tell one endpoint of one event, also when two workers tell it. */
export function webhookId(message: string, { at, event }: EventName, endpoint: string): string {
  const digest = createHash('sha256').update([message, at, event, endpoint].join('\n')).digest('hex');
  return `msg_${digest.slice(0, 32)}`;
}
