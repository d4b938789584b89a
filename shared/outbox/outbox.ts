/**
 * The outbox: what must survive between the half that accepts and the half that sends.
 *
 * `accept` is the promise of the whole product. When it returns, the message is committed; ringing the doorbell after that may
 * fail, because the sweep rings again for every row that has waited too long.
 */
import type { Log } from '../platform/log.ts';
import { describeError } from '../platform/log.ts';
import type { AttachmentContent } from './frame.ts';
import { frame } from './frame.ts';
import type { ContentStore } from './content.ts';
import type { OutboxQueue } from './queue.ts';
import type { HeldRecord, MessageRecord, Records } from './record.ts';
import type { Message } from '../message/message.ts';

/** The outbox as both halves see it. */
export interface Outbox {
  readonly records: Records;
  readonly contents: ContentStore;
  readonly queue: OutboxQueue;
  /**
   * Makes a message durable and rings for it.
   *
   * @returns the row that is there already under the same id, or undefined when this one was written.
   * @throws RestError when storage cannot be reached; nothing has been promised then.
   */
  accept(
    record: MessageRecord,
    message: Message,
    attachments: readonly AttachmentContent[],
  ): Promise<HeldRecord | undefined>;
}

/** Puts the parts together. */
export function createOutbox(parts: {
  records: Records;
  contents: ContentStore;
  queue: OutboxQueue;
  log: Log;
}): Outbox {
  const { records, contents, queue, log } = parts;
  return {
    records,
    contents,
    queue,
    async accept(record, message, attachments) {
      const stored = await contents.put(frame(message, attachments), record.acceptedAt);
      const existing = await records.insert(record, stored);
      // A repeated write whose first answer was lost finds its own row.
      if (existing && !isSame(existing, record)) {
        await contents.remove(stored);
        return existing;
      }
      try {
        await queue.ring(
          { v: 1, message: record.id },
          record.priority,
          (record.dueAt.getTime() - record.acceptedAt.getTime()) / 1000,
        );
      } catch (error) {
        log('warn', 'outbox.not-rung', { message: record.id, error: describeError(error) });
      }
      return undefined;
    },
  };
}

const isSame = (one: MessageRecord, other: MessageRecord): boolean =>
  one.acceptedAt.getTime() === other.acceptedAt.getTime() && one.fingerprint === other.fingerprint;
