/**
 * What hooks remember between calls, in a table of its own: a text in each row, written by compare-and-swap. A door.
 *
 * A partition is one matter of one hook, so that what belongs together can be written together.
 */
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import { openRows, type Rows } from '../pace/row.ts';
import { inTable, isMissing, mostRows, rowsOf, statusOf } from '../platform/table.ts';

/** Every method throws RestError when storage cannot be reached. */
export interface AlertLedger extends Rows {
  /** The partitions whose names begin with a prefix and that have a row of this name. */
  partitionsWith(prefix: string, row: string): Promise<readonly string[]>;
  /** Removes a row if it has not changed since it was seen. @returns false when it has. */
  remove(partition: string, row: string, etag: string): Promise<boolean>;
  /**
   * Writes and removes rows of a partition that has been seen, all or none.
   *
   * @param written an ETag where the row has been seen, none where it must not exist.
   * @param removed names of rows that must exist.
   * @returns false when somebody else was quicker.
   */
  together(partition: string, written: readonly Write[], removed: readonly string[]): Promise<boolean>;
  /** Names of the rows of a partition, and nothing of what they hold. */
  names(partition: string): Promise<readonly string[]>;
  /** The first partition behind another, of those whose names begin with a prefix. @param after none: the first of all. */
  nextPartition(prefix: string, after?: string): Promise<string | undefined>;
  /** Names of rows of a partition, up to 1,000, that nobody has written since a time, by the clock of storage. */
  untouched(
    partition: string,
    since: Date,
  ): Promise<readonly { readonly row: string; readonly etag: string }[]>;
  /** Writes a file of at most 700 KiB, unless there is one under this name. */
  keepFile(partition: string, row: string, bytes: Uint8Array): Promise<void>;
  /** Reads a file. @returns undefined when it is not there. */
  fileOf(partition: string, row: string): Promise<Uint8Array | undefined>;
}

/** A row to be written. */
export interface Write {
  readonly row: string;
  readonly state: string;
  readonly etag?: string | undefined;
}

/** Most rows of one transaction. */
export const mostTogether = 100;

/** Opens the table, which is created when it is first written. */
export function openAlertLedger(table: TableClient): AlertLedger {
  return {
    ...openRows(table),
    async partitionsWith(prefix, row) {
      const filter = odata`PartitionKey ge ${prefix} and PartitionKey lt ${behind(prefix)} and RowKey eq ${row}`;
      const rows = await rowsOf(table, { filter, select: ['PartitionKey'] });
      return rows.map(({ partitionKey }) => String(partitionKey));
    },
    remove: (partition, row, etag) => isDone(() => table.deleteEntity(partition, row, { etag })),
    together(partitionKey, written, removed) {
      const actions: TransactionAction[] = [
        ...written.map(({ row: rowKey, state, etag }): TransactionAction => {
          const entity = { partitionKey, rowKey, state };
          return etag === undefined ? ['create', entity] : ['update', entity, 'Replace', { etag }];
        }),
        ...removed.map((rowKey): TransactionAction => ['delete', { partitionKey, rowKey }]),
      ];
      return isDone(() => table.submitTransaction(actions));
    },
    async names(partition) {
      const filter = `PartitionKey eq '${partition}'`;
      const rows = await rowsOf(table, { filter, select: ['RowKey'] });
      return rows.map(({ rowKey }) => String(rowKey));
    },
    async nextPartition(prefix, after = prefix) {
      const filter = odata`PartitionKey gt ${after} and PartitionKey lt ${behind(prefix)}`;
      const [found] = await rowsOf(table, { filter, select: ['PartitionKey'] }, 1);
      return found && String(found.partitionKey);
    },
    async untouched(partition, since) {
      const filter = odata`PartitionKey eq ${partition} and Timestamp lt ${since}`;
      const rows = await rowsOf(table, { filter, select: ['PartitionKey', 'RowKey'] }, mostRows);
      return rows.map(({ rowKey, etag }) => ({ row: String(rowKey), etag }));
    },
    async keepFile(partitionKey, rowKey, bytes) {
      const columns: Record<string, Uint8Array> = {};
      for (let i = 0; i * columnSize < bytes.length; i++)
        columns[`c${i}`] = bytes.subarray(i * columnSize, (i + 1) * columnSize);
      await isDone(() => inTable(table, () => table.createEntity({ partitionKey, rowKey, ...columns })));
    },
    async fileOf(partition, row) {
      try {
        const entity = await table.getEntity(partition, row);
        const parts: Uint8Array[] = [];
        for (let i = 0; entity[`c${i}`] instanceof Uint8Array; i++) parts.push(entity[`c${i}`] as Uint8Array);
        return Buffer.concat(parts);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** What stands behind all names that begin so: none goes on with the highest character that a key may have. */
const behind = (prefix: string): string => `${prefix}\uffff`;

/** A binary property holds 64 KiB at most. */
const columnSize = 64 * 1024;

/** Runs a write that somebody else may have been quicker with. */
async function isDone(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    // 409: created meanwhile; 412: written meanwhile; 404: removed meanwhile.
    if ([404, 409, 412].includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}
