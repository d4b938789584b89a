/**
 * The register as one process sees it: a picture of the table, at most half a minute old.
 *
 * Checking a request costs no storage transaction, a revoked key dies everywhere within the half minute, and a flood of wrong
 * keys never reaches the table.
 */
import { withMain } from './address-rule.ts';
import type { Hook } from './hook.ts';
import type { KillSwitch } from './kill-switch.ts';
import { parseNetwork, type Network } from './network.ts';
import type { Operator } from './operator.ts';
import type { StoredApiKey } from './stored-key.ts';
import type { Submitter } from './submitter.ts';
import type { Template } from './template.ts';
import type { Suppression } from './suppression.ts';
import type { WebhookEndpoint } from './webhook.ts';

/** Everything that the table holds. */
export interface Entries {
  readonly submitters: readonly Submitter[];
  readonly operators: readonly Operator[];
  readonly keys: readonly StoredApiKey[];
  readonly hooks: readonly Hook[];
  readonly webhooks: readonly WebhookEndpoint[];
  readonly suppressions: readonly Suppression[];
  readonly switches: readonly KillSwitch[];
  readonly templates: readonly Template[];
}

/** A picture of the register. */
export interface AccessRegister {
  readonly entries: Entries;
  submitter(name: string): Submitter | undefined;
  operator(name: string): Operator | undefined;
  key(id: string): StoredApiKey | undefined;
  hook(name: string): Hook | undefined;
  /** The webhook endpoints of a submitter, also those that are switched off. */
  webhooks(submitter: string): readonly WebhookEndpoint[];
  /** @param address in any case. @returns an entry that may have run out. */
  suppression(address: string): Suppression | undefined;
  /** The switch that stops a sender: its own, or that for all. */
  killSwitch(sender: string): KillSwitch | undefined;
  /** Every network that speaks for a submitter without any credential, longest prefix first, so that the nearest network wins. */
  readonly networks: readonly { readonly network: Network; readonly submitter: string }[];
}

/** Builds the picture. Networks that cannot be read are left out: they authorise nobody. */
export function buildRegister(given: Partial<Entries>): AccessRegister {
  const entries: Entries = {
    submitters: [],
    operators: [],
    keys: [],
    hooks: [],
    webhooks: [],
    suppressions: [],
    switches: [],
    templates: [],
    ...given,
  };
  const submitters = new Map(entries.submitters.map((one) => [one.name, one]));
  const operators = new Map(entries.operators.map((one) => [one.name, one]));
  const keys = new Map(entries.keys.map((one) => [one.id, one]));
  const hooks = new Map(entries.hooks.map((one) => [one.name, one]));
  const suppressions = new Map(entries.suppressions.map((one) => [one.address, one]));
  const switches = new Map(entries.switches.map((one) => [one.scope, one]));
  const networks = entries.submitters
    .filter(({ authentication }) => authentication !== 'key-and-network')
    .flatMap(({ name, networks: texts }) =>
      texts.flatMap((text) => {
        const network = parseNetwork(text);
        return network ? [{ network, submitter: name }] : [];
      }),
    )
    .sort((a, b) => b.network.prefix - a.network.prefix);
  const endpoints = Map.groupBy(entries.webhooks, ({ submitter }) => submitter);
  return {
    entries,
    submitter: (name) => submitters.get(name),
    operator: (name) => operators.get(name),
    key: (id) => keys.get(id),
    hook: (name) => hooks.get(name),
    webhooks: (submitter) => endpoints.get(submitter) ?? [],
    suppression: (address) => suppressions.get(address.toLowerCase()),
    killSwitch: (sender) =>
      ['all', ...withMain(sender.toLowerCase())].map((scope) => switches.get(scope)).find(Boolean),
    networks,
  };
}
