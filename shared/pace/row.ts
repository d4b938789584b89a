/** The rows in which instances agree on the pace: a text each, written by compare-and-swap. A door. */
import type { TableClient } from '@azure/data-tables';
import { inTable, isMissing, statusOf } from '../platform/table.ts';

/** What a row held when it was last seen. */
export interface Seen {
  /** JSON. */
  readonly state: string;
  readonly etag: string;
}

/** One request each. Every method throws RestError when storage cannot be reached. */
export interface Rows {
  /** @returns undefined when there is no such row, or no table yet. */
  read(partition: string, row: string): Promise<Seen | undefined>;
  /** All rows of a partition by name; a partition holds few. */
  list(partition: string): Promise<ReadonlyMap<string, Seen>>;
  /**
   * Writes if nobody else has written since.
   *
   * @param etag of the row as last seen; undefined when it was not there.
   * @returns the new ETag, or undefined when somebody else was quicker.
   */
  write(partition: string, row: string, state: string, etag: string | undefined): Promise<string | undefined>;
}

/** Opens the table, which is created when first written. */
export function openRows(table: TableClient): Rows {
  return {
    async read(partition, row) {
      try {
        return seen(await table.getEntity(partition, row));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async list(partition) {
      const found = new Map<string, Seen>();
      const filter = `PartitionKey eq '${partition.replaceAll("'", "''")}'`;
      try {
        for await (const entity of table.listEntities({ queryOptions: { filter } }))
          found.set(String(entity.rowKey), seen(entity));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      return found;
    },
    async write(partitionKey, rowKey, state, etag) {
      const entity = { partitionKey, rowKey, state };
      try {
        const written =
          etag === undefined
            ? await inTable(table, () => table.createEntity(entity))
            : await table.updateEntity(entity, 'Replace', { etag });
        return written.etag;
      } catch (error) {
        // 409: created meanwhile; 412: written meanwhile; 404: removed by hand.
        if ([404, 409, 412].includes(statusOf(error) ?? 0)) return undefined;
        throw error;
      }
    },
  };
}

/** An address or a name as a key of a row: without the characters that Table Storage forbids there. */
export const keyOf = (name: string): string => encodeURIComponent(name.toLowerCase()).replaceAll('%', '=');

const seen = (entity: Readonly<Record<string, unknown>>): Seen => ({
  state: String(entity['state']),
  etag: String(entity['etag']),
});
