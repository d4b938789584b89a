/**
 * The register in its table: who may submit, who administers, and with what. A door.
 *
 * Each kind of entry is a partition; see collection.ts.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { openCollection, readEntry, readRows, type Collection, type Kind } from './collection.ts';
import type { Hook } from './hook.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { Operator } from './operator.ts';
import { buildRegister, type AccessRegister, type Entries } from './register.ts';
import type { StoredApiKey } from './stored-key.ts';
import type { Submitter } from './submitter.ts';
import type { Template } from './template.ts';
import type { Suppression } from './suppression.ts';
import type { WebhookEndpoint } from './webhook.ts';

/** How old a picture of the register may be, in milliseconds. */
const maxAge = 30_000;

/** How soon a second look is allowed when somebody shows a key that the picture lacks, in milliseconds. */
const secondLook = 2000;

/** The kinds of entries by the name of their collection. */
const kinds: { readonly [Name in keyof Entries]: Kind<Entries[Name][number]> } = {
  submitters: { partition: 'submitter', idOf: ({ name }) => name },
  operators: { partition: 'operator', idOf: ({ name }) => name },
  keys: { partition: 'key', idOf: ({ id }) => id },
  hooks: { partition: 'hook', idOf: ({ name }) => name },
  webhooks: { partition: 'webhook', idOf: ({ id }) => id },
  suppressions: { partition: 'suppression', idOf: ({ address }) => address },
  switches: { partition: 'switch', idOf: ({ scope }) => scope },
  templates: { partition: 'template', idOf: ({ name }) => name },
};

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
  readonly submitters: Collection<Submitter>;
  readonly operators: Collection<Operator>;
  readonly keys: Collection<StoredApiKey>;
  readonly hooks: Collection<Hook>;
  readonly webhooks: Collection<WebhookEndpoint>;
  readonly suppressions: Collection<Suppression>;
  readonly switches: Collection<KillSwitch>;
  readonly templates: Collection<Template>;
}

/** Opens the table; it is created when first written. */
export function openAccessStore(client: TableClient, clock: Clock): AccessStore {
  let picture: { register: AccessRegister; at: number } | undefined;
  let loading: Promise<AccessRegister> | undefined;
  const forget = () => {
    picture = undefined;
  };

  const load = () =>
    (loading ??= (async () => {
      const rows = Map.groupBy(await readRows(client), (row) => row['partitionKey']);
      const read = ({ partition }: Kind<never>) => (rows.get(partition) ?? []).map((row) => readEntry(row));
      const entries = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, read(kind)]));
      const register = buildRegister(entries);
      picture = { register, at: clock.now().getTime() };
      return register;
    })().finally(() => {
      loading = undefined;
    }));

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
    submitters: openCollection(client, kinds.submitters, forget),
    operators: openCollection(client, kinds.operators, forget),
    keys: openCollection(client, kinds.keys, forget),
    hooks: openCollection(client, kinds.hooks, forget),
    webhooks: openCollection(client, kinds.webhooks, forget),
    suppressions: openCollection(client, kinds.suppressions, forget),
    switches: openCollection(client, kinds.switches, forget),
    templates: openCollection(client, kinds.templates, forget),
  };
}
