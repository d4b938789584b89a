/**
 * The table of submitters and keys. A door.
 *
 * Rows: PartitionKey `submitter`, RowKey the name; PartitionKey `key`, RowKey the key's id; PartitionKey `webhook`, RowKey the
 * endpoint's id.
 */
import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { inTable, isMissing, statusOf } from '../platform/table.ts';
import { buildRegister, type AccessRegister } from './register.ts';
import type { StoredApiKey, Submitter } from './submitter.ts';
import { readWebhook, webhookRow, type WebhookEndpoint } from './webhook.ts';

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
  listWebhooks(): Promise<WebhookEndpoint[]>;
  putWebhook(endpoint: WebhookEndpoint): Promise<void>;
  /**
   * Changes an endpoint as it stands in the table, whoever else changes it at the same time.
   *
   * @returns the endpoint as it stands then, or undefined when there is none with this id.
   */
  changeWebhook(
    id: string,
    change: (endpoint: WebhookEndpoint) => WebhookEndpoint,
  ): Promise<WebhookEndpoint | undefined>;
  /** @returns false when there is no such endpoint. */
  removeWebhook(id: string): Promise<boolean>;
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
      const register = buildRegister(
        of('submitter').map(toSubmitter),
        of('key').map(toKey),
        of('webhook').map(readWebhook),
      );
      picture = { register, at: clock.now().getTime() };
      return register;
    })().finally(() => {
      loading = undefined;
    }));

  const remove = async (partition: string, id: string): Promise<boolean> => {
    try {
      await client.getEntity(partition, id);
      await client.deleteEntity(partition, id);
      picture = undefined;
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };

  return {
    async register(keyId) {
      // A clock that was put back makes the picture no younger.
      const age = picture ? Math.abs(clock.now().getTime() - picture.at) : Infinity;
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
      const { name, senders, networks, disabled, operator, dedupeWindow } = submitter;
      await put(client, {
        partitionKey: 'submitter',
        rowKey: name,
        senders: JSON.stringify(senders),
        networks: JSON.stringify(networks),
        disabled,
        ...(operator ? { operator } : {}),
        ...(dedupeWindow ? { dedupeWindow } : {}),
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
    removeKey: (id) => remove('key', id),
    listWebhooks: () => rows('webhook', readWebhook),
    async putWebhook(endpoint) {
      await put(client, webhookRow(endpoint));
      picture = undefined;
    },
    async changeWebhook(id, change) {
      for (;;) {
        try {
          const row = await client.getEntity('webhook', id);
          const changed = change(readWebhook(row));
          await client.updateEntity(webhookRow(changed), 'Replace', { etag: row.etag });
          picture = undefined;
          return changed;
        } catch (error) {
          if (isMissing(error)) return undefined;
          if (statusOf(error) !== 412) throw error;
        }
      }
    },
    removeWebhook: (id) => remove('webhook', id),
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

async function put(client: TableClient, row: TableEntity): Promise<void> {
  await inTable(client, () => client.upsertEntity(row, 'Replace'));
}

const toSubmitter = (row: Record<string, unknown>): Submitter => ({
  name: String(row['rowKey']),
  senders: JSON.parse(row['senders'] as string) as string[],
  networks: JSON.parse(row['networks'] as string) as string[],
  disabled: row['disabled'] === true,
  ...(row['operator'] === true ? { operator: true } : {}),
  ...(typeof row['dedupeWindow'] === 'number' ? { dedupeWindow: row['dedupeWindow'] } : {}),
});

const toKey = (row: Record<string, unknown>): StoredApiKey => ({
  id: String(row['rowKey']),
  submitter: String(row['submitter']),
  hash: String(row['hash']),
  createdAt: row['createdAt'] as Date,
});
