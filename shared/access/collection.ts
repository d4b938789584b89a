/**
 * One kind of entry of the register: a partition of its table, one row an entry. A door.
 *
 * An entry is one JSON document in the row, so that a new field needs no new column. Times are ISO 8601 there; every property whose
 * name says so is one.
 */
import type { TableClient } from '@azure/data-tables';
import { Secret } from '../platform/secret.ts';
import { inTable, isMissing, statusOf } from '../platform/table.ts';

/** Reads and writes one kind of entry. Every method rejects with RestError when storage cannot be reached. */
export interface Collection<T> {
  list(): Promise<T[]>;
  get(id: string): Promise<T | undefined>;
  /** Writes an entry, whatever stood there. */
  put(entry: T): Promise<void>;
  /** Writes an entry unless there is one under its id. @returns false when there is. */
  add(entry: T): Promise<boolean>;
  /**
   * Changes an entry as it stands in the table, whoever else changes it at the same time.
   *
   * @returns the entry as it stands then, or undefined when there is none with this id.
   */
  change(id: string, change: (entry: T) => T): Promise<T | undefined>;
  /**
   * Removes an entry.
   *
   * @param only it is, as it stands in the table; left out for whatever it is.
   * @returns false when there is no such entry.
   */
  remove(id: string, only?: (entry: T) => boolean): Promise<boolean>;
}

/** A kind of entry. */
export interface Kind<T> {
  readonly partition: string;
  readonly idOf: (entry: T) => string;
}

/** @param changed called after every write. */
export function openCollection<T extends object>(
  client: TableClient,
  { partition, idOf }: Kind<T>,
  changed: () => void,
): Collection<T> {
  const row = (entry: T) => ({
    partitionKey: partition,
    rowKey: rowKeyOf(idOf(entry)),
    document: documentOf(entry),
  });
  return {
    async list() {
      const rows = await readRows(client, partition);
      return rows.map((one) => readEntry<T>(one));
    },
    async get(id) {
      try {
        return readEntry<T>(await client.getEntity(partition, rowKeyOf(id)));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async put(entry) {
      await inTable(client, () => client.upsertEntity(row(entry), 'Replace'));
      changed();
    },
    async add(entry) {
      try {
        await inTable(client, () => client.createEntity(row(entry)));
      } catch (error) {
        if (statusOf(error) === 409) return false;
        throw error;
      }
      changed();
      return true;
    },
    async change(id, change) {
      for (;;) {
        try {
          const stored = await client.getEntity(partition, rowKeyOf(id));
          const entry = change(readEntry<T>(stored));
          await client.updateEntity(row(entry), 'Replace', { etag: stored.etag });
          changed();
          return entry;
        } catch (error) {
          if (isMissing(error)) return undefined;
          if (statusOf(error) !== 412) throw error;
        }
      }
    },
    async remove(id, only = () => true) {
      for (;;) {
        try {
          const stored = await client.getEntity(partition, rowKeyOf(id));
          if (!only(readEntry<T>(stored))) return false;
          await client.deleteEntity(partition, rowKeyOf(id), { etag: stored.etag });
          changed();
          return true;
        } catch (error) {
          if (isMissing(error)) return false;
          if (statusOf(error) !== 412) throw error;
        }
      }
    },
  };
}

/** The rows of a partition, or of the whole table; none when there is no table yet. */
export async function readRows(client: TableClient, partition?: string): Promise<Record<string, unknown>[]> {
  const query = partition === undefined ? {} : { queryOptions: { filter: `PartitionKey eq '${partition}'` } };
  try {
    return await Array.fromAsync(client.listEntities(query));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** An entry as text. Secrets that must be kept as they are are revealed here, and nowhere else on their way to the table. */
const documentOf = (entry: object): string =>
  JSON.stringify(entry, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
    // What comes as `value` has been through toJSON.
    const given = this[name];
    return given instanceof Secret ? given.reveal() : value;
  });

/** Reads the document of a row. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- what the row holds is known where it is read
export const readEntry = <T>(row: Readonly<Record<string, unknown>>): T =>
  JSON.parse(String(row['document']), (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (/(?:At|Until|Since)$|^(?:at|until)$/.test(name)) return new Date(value);
    return name === 'secret' && value.startsWith('whsec_') ? new Secret(value) : value;
  }) as T;

/** Table Storage forbids some characters in keys; addresses may have them. */
const rowKeyOf = (id: string): string => encodeURIComponent(id).replaceAll('%', '=');
