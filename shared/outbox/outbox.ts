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
import type { ContentStore, StoredContent } from './content.ts';
import type { OutboxEntry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import type { OutboxQueue } from './queue.ts';
import type { Inserted, MessageRecord, Records } from './record.ts';
import type { Message } from '../message/message.ts';

/** The outbox as both halves see it. */
export interface Outbox {
  readonly records: Records;
  readonly ledger: Ledger;
  readonly contents: ContentStore;
  readonly queue: OutboxQueue;
  /**
   * Makes a message durable and rings for it, unless it is inserted as `sending`: then the caller sends it, and the sweep rings
   * should the caller die.
   *
   * @throws RestError when storage cannot be reached; nothing has been promised then.
   */
  accept(submitted: Submitted): Promise<Inserted>;
  /**
   * Makes all messages of a batch durable, or none, and rings for them together. Their ids come from `batchIds`.
   *
   * @returns false when there is a row under one of the ids already.
   * @throws RestError when storage cannot be reached; nothing has been promised then.
   */
  acceptAll(batch: readonly Submitted[]): Promise<boolean>;
}

/** A message to be accepted. */
export interface Submitted {
  readonly record: MessageRecord;
  readonly message: Message;
  /** In the order of `message.attachments`. */
  readonly attachments: readonly AttachmentContent[];
}

/** Most bytes of content that a row of a batch holds: 100 of them go into one transaction of 4 MiB at most. */
const batchRowLimit = 28 * 1024;

/** Puts the parts together. */
export function createOutbox(parts: {
  records: Records;
  ledger: Ledger;
  contents: ContentStore;
  queue: OutboxQueue;
  log: Log;
}): Outbox {
  const { records, ledger, contents, queue, log } = parts;

  /** Rings once for messages that are due together. The promise is kept without it: the sweep rings for what has not moved. */
  const ring = async (due: readonly MessageRecord[]): Promise<void> => {
    const [first] = due;
    if (!first) return;
    const entry: OutboxEntry =
      due.length === 1 ? { v: 1, message: first.id } : { v: 2, messages: due.map(({ id }) => id) };
    const seconds = (first.dueAt.getTime() - first.acceptedAt.getTime()) / 1000;
    try {
      await queue.ring(entry, first.priority, seconds);
    } catch (error) {
      log('warn', 'outbox.not-rung', { message: first.id, count: due.length, error: describeError(error) });
    }
  };

  return {
    records,
    ledger,
    contents,
    queue,
    async accept({ record, message, attachments }) {
      const stored = await contents.put(frame(message, attachments), record.acceptedAt);
      const inserted = await records.insert(record, stored);
      if (inserted.kind === 'existing') {
        // A repeated write whose first answer was lost finds its own row.
        if (!isSame(inserted.record, record)) {
          await contents.remove(stored);
          return inserted;
        }
      }
      if (record.state === 'accepted') await ring([record]);
      return { kind: 'written', record: inserted.record };
    },

    async acceptAll(batch) {
      const rows: { record: MessageRecord; content: StoredContent }[] = [];
      const dropContents = async () => {
        for (const { content } of rows) await contents.remove(content);
      };
      try {
        for (const { record, message, attachments } of batch) {
          const content = await contents.put(frame(message, attachments), record.acceptedAt, batchRowLimit);
          rows.push({ record, content });
        }
        if (!(await records.insertAll(rows))) {
          await dropContents();
          return false;
        }
      } catch (error) {
        await dropContents().catch(() => undefined);
        throw error;
      }
      const groups = Map.groupBy(rows, ({ record }) => `${record.priority} ${record.dueAt.getTime()}`);
      for (const group of groups.values()) await ring(group.map(({ record }) => record));
      return true;
    },
  };
}

const isSame = (one: MessageRecord, other: MessageRecord): boolean =>
  one.acceptedAt.getTime() === other.acceptedAt.getTime() &&
  one.fingerprint === other.fingerprint &&
  one.writer === other.writer;
