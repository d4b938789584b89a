/**
 * Batches that were cancelled: messages that their submitter gave one batch id, to take them back together. A door.
 *
 * The mark stands in the table of messages, in a partition of its own that no question about messages looks into. It is written before
 * the messages are looked for, and read again after one of them was accepted: whichever comes first, none slips through.
 */
import { odata, type TableClient } from '@azure/data-tables';
import { firstIdAt } from '../platform/id.ts';
import { inTable, isMissing, rowsOf } from '../platform/table.ts';

/** A batch of a submitter. */
export interface Batch {
  readonly submitter: string;
  /** Has the form of a message id. */
  readonly id: string;
}

/** The marks. Methods reject with RestError when storage cannot be reached. */
export interface Batches {
  /** Marks a batch as cancelled; asking twice is no fault. */
  cancel(batch: Batch): Promise<void>;
  isCancelled(batch: Batch): Promise<boolean>;
  /** Ids of a submitter's cancelled batches, oldest first. */
  cancelled(submitter: string): Promise<string[]>;
  /** Forgets batches whose ids were made before a time. */
  removeBefore(before: Date): Promise<void>;
}

const partitionKey = 'cancelled-batches';

/** Most marks that are told, and that go at a time. */
const limit = 1000;

const keyOf = ({ submitter, id }: Batch): string => `${id} ${submitter}`;

/** Opens the table. */
export function openBatches(client: TableClient): Batches {
  const ask = async (condition: string): Promise<string[]> => {
    const filter = `PartitionKey eq '${partitionKey}' and ${condition}`;
    const rows = await rowsOf(client, { filter, select: ['RowKey'] }, limit);
    return rows.map(({ rowKey = '' }) => rowKey);
  };
  return {
    async cancel(batch) {
      const { submitter } = batch;
      await inTable(client, () =>
        client.upsertEntity({ partitionKey, rowKey: keyOf(batch), submitter }, 'Replace'),
      );
    },
    async isCancelled(batch) {
      try {
        await client.getEntity(partitionKey, keyOf(batch), { queryOptions: { select: ['RowKey'] } });
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    cancelled: async (submitter) =>
      (await ask(odata`submitter eq ${submitter}`)).map((key) => key.slice(0, key.indexOf(' '))),
    async removeBefore(before) {
      for (const rowKey of await ask(odata`RowKey lt ${firstIdAt(before)}`)) {
        await client.deleteEntity(partitionKey, rowKey);
      }
    },
  };
}
