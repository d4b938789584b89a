/**
 * The table of submitters and keys. A door.
 *
 * Rows: PartitionKey `submitter`, RowKey the name; PartitionKey `key`, RowKey the key's id.
 */
import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { inTable, isMissing } from '../platform/table.ts';
import { buildRegister, type AccessRegister } from './register.ts';
import type { StoredApiKey, Submitter } from './submitter.ts';

/** How old a picture of the register may be, in milliseconds. */
const maxAge = 30_000;

/** How soon a second look is allowed when somebody shows a key that the picture lacks, in milliseconds. */
const secondLook = 2000;

/** Reads and writes the register. */
export interface AccessStore {
  /**
   * The register, from memory when it is fresh. A stale one is renewed first; when storage cannot be reached, the last one
   * serves for ten more minutes.
   *
   * @param keyId a key that must be looked for again if the picture lacks it: it may have been made a moment ago.
   * @throws RestError when there is no picture that may still be used.
   */
  register(keyId?: string): Promise<AccessRegister>;
  putSubmitter(submitter: Submitter): Promise<void>;
  putKey(key: StoredApiKey): Promise<void>;
  listSubmitters(): Promise<Submitter[]>;
  listKeys(): Promise<StoredApiKey[]>;
  /** @returns false when there is no such key. */
  removeKey(id: string): Promise<boolean>;
}

/** Opens the table; it is created when first written. */
export function openAccessStore(client: TableClient, clock: Clock): AccessStore {
  let picture: { register: AccessRegister; at: number } | undefined;
  let loading: Promise<AccessRegister> | undefined;

  const rows = async <T extends object>(
    partition: string,
    read: (row: Record<string, unknown>) => T,
  ): Promise<T[]> => (await readAll(client, partition)).map((row) => read(row));

  const load = () =>
    (loading ??= (async () => {
      const all = await readAll(client);
      const of = (partition: string) => all.filter((row) => row['partitionKey'] === partition);
      const register = buildRegister(of('submitter').map(toSubmitter), of('key').map(toKey));
      picture = { register, at: clock.now().getTime() };
      return register;
    })().finally(() => {
      loading = undefined;
    }));

  return {
    async register(keyId) {
      const age = picture ? clock.now().getTime() - picture.at : Infinity;
      const unknown = keyId !== undefined && picture?.register.key(keyId) === undefined;
      if (picture && age < (unknown ? secondLook : maxAge)) return picture.register;
      try {
        return await load();
      } catch (error) {
        if (picture && age < 20 * maxAge) return picture.register;
        throw error;
      }
    },
    async putSubmitter(submitter) {
      const { name, senders, networks, disabled } = submitter;
      await put(client, {
        partitionKey: 'submitter',
        rowKey: name,
        senders: JSON.stringify(senders),
        networks: JSON.stringify(networks),
        disabled,
      });
      picture = undefined;
    },
    async putKey(key) {
      const { id, submitter, hash, createdAt } = key;
      await put(client, { partitionKey: 'key', rowKey: id, submitter, hash, createdAt });
      picture = undefined;
    },
    listSubmitters: () => rows('submitter', toSubmitter),
    listKeys: () => rows('key', toKey),
    async removeKey(id) {
      try {
        await client.getEntity('key', id);
        await client.deleteEntity('key', id);
        picture = undefined;
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
  };
}

async function readAll(client: TableClient, partition?: string): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  try {
    const query =
      partition === undefined ? {} : { queryOptions: { filter: `PartitionKey eq '${partition}'` } };
    for await (const row of client.listEntities(query)) all.push(row);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return all;
}

const put = (client: TableClient, row: TableEntity): Promise<void> =>
  inTable(client, () => client.upsertEntity(row, 'Replace'));

const toSubmitter = (row: Record<string, unknown>): Submitter => ({
  name: String(row['rowKey']),
  senders: JSON.parse(row['senders'] as string) as string[],
  networks: JSON.parse(row['networks'] as string) as string[],
  disabled: row['disabled'] === true,
});

const toKey = (row: Record<string, unknown>): StoredApiKey => ({
  id: String(row['rowKey']),
  submitter: String(row['submitter']),
  hash: String(row['hash']),
  createdAt: row['createdAt'] as Date,
});
