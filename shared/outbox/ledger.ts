/**
 * The table of messages as a whole: what waits too long, what waits for a person, what has been kept for long enough. A door.
 *
 * Every question is put to one partition, filtered by the service, and answered with a few columns, never with content. The
 * service looks at every row of the range that the keys leave, and hands over at most 1,000 at a time, or fewer after 5 s
 * (https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination). Where a question is about old messages the
 * range ends with their time, since ids begin with it: what is younger is not even looked at.
 */
import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { firstIdAt, partitionOf, type Partition } from '../platform/id.ts';
import { isMissing, mostRows, rowsOf, statusOf } from '../platform/table.ts';
import { keptStates, terminalStates, waitingStates, type State } from '../reporting/event.ts';
import type { Batch } from './batches.ts';
import type { Priority } from './entry.ts';
import { readRow, type MessageRecord } from './record.ts';

/** A row in one of its versions. */
export interface RowVersion {
  readonly id: string;
  readonly etag: string;
}

/** A row that should have moved. */
export interface OverdueRow extends RowVersion {
  readonly state: State;
  readonly priority: Priority;
}

/** A row that is on its way, or waits for a person. */
export interface StandingRow extends OverdueRow {
  readonly acceptedAt: Date;
  readonly dueAt: Date;
  readonly sweepAt: Date;
  readonly expiresAt: Date;
}

/** Which kept messages are meant. What is left out does not limit. */
export interface KeptFilter {
  readonly state?: State;
  readonly submitter?: string;
  /** Accepted at or after. */
  readonly since?: Date;
  /** Accepted before. */
  readonly until?: Date;
  /** Only those whose content is still there. */
  readonly replayable?: true;
}

const keptColumns = [
  'state',
  'submitter',
  'mailbox',
  'messageId',
  'acceptedAt',
  'dueAt',
  'expiresAt',
  'endedAt',
  'attempt',
  'events',
  'summary',
] as const satisfies readonly (keyof MessageRecord)[];

/** A message that waits for a person. */
export type KeptMessage = Pick<MessageRecord, 'id' | (typeof keptColumns)[number]> & {
  /** Whether its content is still there, so that it can be replayed. */
  readonly replayable: boolean;
};

/** Which messages of a submitter are meant: those accepted from `since` to `until`, both included. */
export interface OwnFilter {
  readonly submitter: string;
  readonly since: Date;
  readonly until: Date;
}

/** Of a message's row. */
export type OwnRow = Pick<MessageRecord, 'id' | 'acceptedAt'>;

/** A message as a list shows it. */
export type ListedMessage = Pick<MessageRecord, 'id' | (typeof keptColumns)[number]>;

/** Asks, and does to rows what needs no look into them. Methods reject with RestError when storage cannot be reached. */
export interface Ledger {
  /** Rows that wait and were to be swept before `waiting`, and rows that are being sent and were to be before `sending`. */
  overdue(partition: Partition, waiting: Date, sending: Date, limit: number): Promise<OverdueRow[]>;
  /** Rows that are on their way or wait for a person, overdue or not. */
  standing(partition: Partition, limit: number): Promise<StandingRow[]>;
  /** Puts the next sweep of a row off; false when it has changed since it was read. */
  postpone(row: RowVersion, sweepAt: Date): Promise<boolean>;
  /** Messages that wait for a person, in the order of their ids, from the one behind `after`; `''` stands before all. */
  kept(partition: Partition, filter: KeptFilter, after: string, limit: number): Promise<KeptMessage[]>;
  /**
   * Messages of a submitter, in one question that the service answers at once.
   *
   * @param keyed those that had a key, which stand before all times, or the others.
   * @returns `too-many` when they are more than one answer holds; `too-far` when the service looked for too long.
   */
  own(partition: Partition, filter: OwnFilter, keyed: boolean): Promise<OwnRow[] | 'too-many' | 'too-far'>;
  /** Ids of the messages of a batch that wait. */
  waitingOf(partition: Partition, batch: Batch, limit: number): Promise<string[]>;
  /** A message without its content; undefined when it is gone. */
  listed(id: string): Promise<ListedMessage | undefined>;
  /** Ids of messages that have waited for a person since before `before` and still have content. */
  keptContents(partition: Partition, before: Date, limit: number): Promise<string[]>;
  /** Messages that ended before `before`, with the blob that holds content of theirs. */
  ended(partition: Partition, before: Date, limit: number): Promise<(RowVersion & { blob?: string })[]>;
  /** Names of blobs from `first` to `last` that rows name. */
  blobsNamed(partition: Partition, first: string, last: string): Promise<string[]>;
  /** Counts the retention of a row that has come to its end from `from` on; false when it has changed since it was read. */
  retain(row: RowVersion, from: Date): Promise<boolean>;
  /** Deletes a row; false when it has changed since it was read. */
  remove(row: RowVersion): Promise<boolean>;
}

/** Opens the table. */
export function openLedger(client: TableClient): Ledger {
  return {
    async overdue(partition, waiting, sending, limit) {
      const late =
        odata`((state eq 'accepted' or state eq 'deferred') and sweepAt lt ${waiting})` +
        odata` or (state eq 'sending' and sweepAt lt ${sending})`;
      return await ask(
        client,
        partition,
        `(${late})`,
        ['state', 'priority'],
        (row) => ({ ...version(row), state: row['state'] as State, priority: priorityOf(row) }),
        limit,
      );
    },

    standing: (partition, limit) =>
      ask(
        client,
        partition,
        anyOf([...waitingStates, 'sending', ...keptStates]),
        ['state', 'priority', 'acceptedAt', 'dueAt', 'sweepAt', 'expiresAt'],
        (row) => ({
          ...version(row),
          state: row['state'] as State,
          priority: priorityOf(row),
          acceptedAt: row['acceptedAt'] as Date,
          dueAt: row['dueAt'] as Date,
          sweepAt: row['sweepAt'] as Date,
          expiresAt: row['expiresAt'] as Date,
        }),
        limit,
      ),

    postpone: ({ id, etag }, sweepAt) =>
      written(() => client.updateEntity({ ...keyOf(id), sweepAt }, 'Merge', { etag })),

    async kept(partition, { state, submitter, since, until, replayable }, after, limit) {
      const states = keptStates.filter((one) => state === undefined || one === state);
      if (states.length === 0) return [];
      const condition = [
        anyOf(states),
        odata`RowKey gt ${after}`,
        ...(submitter === undefined ? [] : [odata`submitter eq ${submitter}`]),
        ...(since ? [odata`acceptedAt ge ${since}`] : []),
        ...(until ? [odata`acceptedAt lt ${until}`] : []),
        ...(replayable ? [hasContent] : []),
      ].join(' and ');
      return await ask(client, partition, condition, [...keptColumns, 'contentAt'], toKept, limit);
    },

    async own(partition, { submitter, since, until }, keyed) {
      const afterKeyed = new Date(1);
      const [first, end] = keyed
        ? ['', firstIdAt(afterKeyed)]
        : [firstIdAt(later(since, afterKeyed)), firstIdAt(new Date(until.getTime() + 1))];
      const filter = [
        odata`PartitionKey eq ${partition} and RowKey ge ${first} and RowKey lt ${end}`,
        odata`submitter eq ${submitter} and acceptedAt ge ${since} and acceptedAt le ${until}`,
      ].join(' and ');
      try {
        const rows = client.listEntities({ queryOptions: { filter, select: ['RowKey', 'acceptedAt'] } });
        for await (const page of rows.byPage({ maxPageSize: mostRows })) {
          if (page.continuationToken) return page.length === mostRows ? 'too-many' : 'too-far';
          return page.map((row) => ({ id: row.rowKey ?? '', acceptedAt: row['acceptedAt'] as Date }));
        }
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      return [];
    },

    async waitingOf(partition, { submitter, id }, limit) {
      const condition = odata`batch eq ${id} and submitter eq ${submitter} and ` + anyOf(waitingStates);
      return await ask(client, partition, condition, [], ({ rowKey }) => rowKey ?? '', limit);
    },

    async listed(id) {
      const { partitionKey, rowKey } = keyOf(id);
      try {
        const select = ['RowKey', ...keptColumns];
        return toListed(await client.getEntity(partitionKey, rowKey, { queryOptions: { select } }));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async keptContents(partition, before, limit) {
      const condition = `${endedBefore(keptStates, before)} and ${hasContent}`;
      return await ask(client, partition, condition, [], ({ rowKey }) => rowKey ?? '', limit);
    },

    async ended(partition, before, limit) {
      return await ask(
        client,
        partition,
        endedBefore(terminalStates, before),
        ['contentName'],
        (row) => ({
          ...version(row),
          ...(typeof row['contentName'] === 'string' ? { blob: row['contentName'] } : {}),
        }),
        limit,
      );
    },

    async blobsNamed(partition, first, last) {
      const range = odata`contentName ge ${first} and contentName le ${last}`;
      return await ask(client, partition, range, ['contentName'], (row) => String(row['contentName']));
    },

    retain: ({ id, etag }, from) =>
      written(() => client.updateEntity({ ...keyOf(id), endedAt: from }, 'Merge', { etag })),

    remove: ({ id, etag }) =>
      written(async () => {
        const { partitionKey, rowKey } = keyOf(id);
        await client.deleteEntity(partitionKey, rowKey, { etag });
      }),
  };
}

async function ask<T>(
  client: TableClient,
  partition: Partition,
  condition: string,
  columns: readonly string[],
  read: (row: TableEntityResult<Record<string, unknown>>) => T,
  limit?: number,
): Promise<T[]> {
  const filter = `PartitionKey eq '${partition}' and ${condition}`;
  return (await rowsOf(client, { filter, select: ['RowKey', ...columns] }, limit)).map(read);
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** Whether a guarded write took place. */
async function written(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (statusOf(error) === 412 || isMissing(error)) return false;
    throw error;
  }
}

const keyOf = (id: string) => ({ partitionKey: partitionOf(id) ?? '', rowKey: id });

const version = (row: TableEntityResult<object>): RowVersion => ({ id: row.rowKey ?? '', etag: row.etag });

/** Rows written before there were priorities have none. */
const priorityOf = (row: Record<string, unknown>): Priority => (row['priority'] as Priority) ?? 'normal';

/** A purged row has no such column. */
const hasContent = "(contentAt eq 'row' or contentAt eq 'blob')";

const anyOf = (states: readonly State[]): string =>
  `(${states.map((state) => `state eq '${state}'`).join(' or ')})`;

/** What ended before a time was accepted before it; what had an Idempotency-Key sorts before all times. */
const endedBefore = (states: readonly State[], before: Date): string =>
  odata`RowKey lt ${firstIdAt(before)} and endedAt lt ${before} and ` + anyOf(states);

function toKept(row: TableEntityResult<Record<string, unknown>>): KeptMessage {
  const { content, ...record } = readRow(row);
  return { ...record, replayable: content !== undefined };
}

const toListed = (row: TableEntityResult<Record<string, unknown>>): ListedMessage => readRow(row);
