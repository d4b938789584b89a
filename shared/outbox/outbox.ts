/**
 * The outbox: what must survive between the half that accepts and the half that sends.
 *
 * `accept` is the promise of the whole product. When it returns, the message and its idempotency row are committed; ringing
 * the doorbell after that may fail, because the sweep rings again for every row that has waited too long.
 */
import type { Log } from '../platform/log.ts';
import { describeError } from '../platform/log.ts';
import type { AttachmentContent } from './frame.ts';
import { frame } from './frame.ts';
import type { ContentStore } from './content.ts';
import type { OutboxQueue } from './queue.ts';
import type { IdempotencyRow, MessageRecord, Records } from './record.ts';
import type { Message } from '../message/message.ts';

/** The outbox as both halves see it. */
export interface Outbox {
  readonly records: Records;
  readonly contents: ContentStore;
  readonly queue: OutboxQueue;
  /**
   * Makes a message durable and rings for it.
   *
   * @returns `conflict` when the idempotency key was used before; nothing has been written then.
   * @throws RestError when storage cannot be reached; nothing has been promised then.
   */
  accept(
    record: MessageRecord,
    message: Message,
    attachments: readonly AttachmentContent[],
    idempotency?: IdempotencyRow,
  ): Promise<'inserted' | 'conflict'>;
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
    async accept(record, message, attachments, idempotency) {
      const stored = await contents.put(record.id, frame(message, attachments));
      const result = await records.insert(record, stored, idempotency);
      if (result === 'conflict') {
        if (stored.at === 'blob') await contents.remove(record.id);
        return result;
      }
      try {
        await queue.ring({ v: 1, message: record.id });
      } catch (error) {
        log('warn', 'outbox.not-rung', { message: record.id, error: describeError(error) });
      }
      return result;
    },
  };
}
