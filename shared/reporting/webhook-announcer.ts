/**
 * Rings for an event before it is written down, so that a crash between the two loses nothing: the bell rings a little later, and
 * whoever answers it looks whether the event stands in the row. An event that was never written is told to nobody.
 *
 * The other way round, after the write, a crash would lose the event, and a column for "not told yet" would cost a second write.
 */
import type { AccessStore } from '../access/store.ts';
import { wantsEvent } from '../access/webhook.ts';
import { describeError, type Log } from '../platform/log.ts';
import type { MessageEvent } from './event.ts';
import type { WebhookEntry } from './webhook-entry.ts';
import { webhookEventType } from './webhook-event.ts';

/** How long an entry stays invisible so that the write can be done, in seconds. */
const headStart = 2;

/** Puts entries into the events queue; rejects with RestError when it cannot be reached. */
export interface WebhookBell {
  (entry: WebhookEntry, delaySeconds: number): Promise<void>;
}

/** Rings for events that are about to be written into a message's row. */
export interface Announcer {
  /**
   * Costs nothing when no endpoint of the submitter wants the events. Never rejects: a mail is worth more than the news of it.
   *
   * @returns false when storage did not take the entries; call again once the events are written.
   */
  (
    record: { readonly id: string; readonly submitter: string },
    events: readonly MessageEvent[],
  ): Promise<boolean>;
}

/** Makes an announcer. */
export function createAnnouncer(parts: {
  readonly access: Pick<AccessStore, 'register'>;
  readonly ring: WebhookBell;
  readonly log: Log;
}): Announcer {
  const { access, ring, log } = parts;
  // A write that storage did not take is repeated with the same events: once rung for is enough.
  const rung = new WeakSet<MessageEvent>();
  return async (record, events) => {
    const told = events.filter((event) => webhookEventType(event) !== undefined && !rung.has(event));
    if (told.length === 0) return true;
    try {
      const endpoints = (await access.register()).webhooks(record.submitter);
      for (const event of told) {
        const type = webhookEventType(event) ?? '';
        if (!endpoints.some((endpoint) => wantsEvent(endpoint, type))) continue;
        await ring({ v: 1, message: record.id, at: event.at, event: event.event, attempt: 1 }, headStart);
        rung.add(event);
      }
      return true;
    } catch (error) {
      log('warn', 'webhook.not-rung', { message: record.id, error: describeError(error) });
      return false;
    }
  };
}
