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
import type { Batches } from './batches.ts';
import type { ContentStore, StoredContent } from './content.ts';
import type { OutboxEntry } from './entry.ts';
import type { Ledger } from './ledger.ts';
import type { OutboxQueue } from './queue.ts';
import type { Inserted, MessageRecord, Records } from './record.ts';
import type { Message } from '../message/message.ts';

/** The outbox as both halves see it. */
export interface Outbox {
  readonly records: Records;
  readonly batches: Batches;
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
   * @throws RestError when storage cannot be reached; nothing has been promised then.
   */
  acceptAll(batch: readonly Submitted[]): Promise<AcceptedAll>;
}

/** A message to be accepted. */
export interface Submitted {
  readonly record: MessageRecord;
  readonly message: Message;
  /** In the order of `message.attachments`. */
  readonly attachments: readonly AttachmentContent[];
}

/** What became of a batch. */
export type AcceptedAll =
  | 'written'
  /** There is a row of somebody else under one of the ids already. */
  | 'existing'
  /** The rows are more than one transaction takes, even without content. */
  | 'too-large';

/**
 * Most bytes of one transaction (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions), less some
 * for what frames it.
 */
const transactionLimit = 4 * 1024 * 1024 - 4096;

/** Bytes that a row of a transaction takes beside the values of its record: headers, names, types. */
const rowFrame = 2048;

/** Most bytes of content that a row of a batch holds. */
const batchRowLimit = 28 * 1024;

/** Puts the parts together. */
export function createOutbox(parts: {
  records: Records;
  batches: Batches;
  ledger: Ledger;
  contents: ContentStore;
  queue: OutboxQueue;
  log: Log;
}): Outbox {
  const { records, batches, ledger, contents, queue, log } = parts;

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
    batches,
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
      const taken = batch.reduce((sum, { record }) => sum + rowFrame + bytesOf(record), 0);
      // Base64 makes four bytes of three.
      const share = Math.floor((((transactionLimit - taken) / batch.length) * 3) / 4);
      if (share < 0) return 'too-large';
      const limit = Math.min(share, batchRowLimit);
      const rows: { record: MessageRecord; content: StoredContent }[] = [];
      for (const { record, message, attachments } of batch) {
        rows.push({
          record,
          content: await contents.put(frame(message, attachments), record.acceptedAt, limit),
        });
      }
      // Should this throw, the rows may have been written all the same: contents that no row names go with the housekeeping.
      if (!(await records.insertAll(rows))) {
        // A repeated write whose first answer was lost finds its own rows.
        const written = await records.getAll(batch.map(({ record }) => record.id));
        const own = (row: MessageRecord) =>
          batch.some(({ record }) => record.id === row.id && isSame(row, record));
        if (written.length !== batch.length || !written.every(own)) {
          for (const { content } of rows) await contents.remove(content);
          return 'existing';
        }
      }
      const groups = Map.groupBy(rows, ({ record }) => `${record.priority} ${record.dueAt.getTime()}`);
      for (const group of groups.values()) await ring(group.map(({ record }) => record));
      return 'written';
    },
  };
}

/** Most bytes that the values of a record take in a request: those that are JSON stand in it as text. */
const bytesOf = (record: MessageRecord): number => Buffer.byteLength(JSON.stringify(JSON.stringify(record)));

const isSame = (one: MessageRecord, other: MessageRecord): boolean =>
  one.acceptedAt.getTime() === other.acceptedAt.getTime() &&
  one.fingerprint === other.fingerprint &&
  one.writer === other.writer;
