/**
 * The register of submitters and keys as one process sees it: a picture of the table, at most half a minute old.
 *
 * Checking a request costs no storage transaction, a revoked key dies everywhere within the half minute, and a flood of wrong
 * keys never reaches the table.
 */
import { parseNetwork, type Network } from './network.ts';
import type { StoredApiKey, Submitter } from './submitter.ts';
import type { WebhookEndpoint } from './webhook.ts';

/** A picture of the register. */
export interface AccessRegister {
  submitter(name: string): Submitter | undefined;
  key(id: string): StoredApiKey | undefined;
  /** The webhook endpoints of a submitter, also those that are switched off. */
  webhooks(submitter: string): readonly WebhookEndpoint[];
  /** Every network of every submitter, longest prefix first, so that the nearest network wins. */
  readonly networks: readonly { readonly network: Network; readonly submitter: string }[];
}

/** Builds the picture. Networks that cannot be read are left out: they authorise nobody. */
export function buildRegister(
  submitters: readonly Submitter[],
  keys: readonly StoredApiKey[],
  webhooks: readonly WebhookEndpoint[] = [],
): AccessRegister {
  const byName = new Map(submitters.map((submitter) => [submitter.name, submitter]));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const networks = submitters
    .flatMap((submitter) =>
      submitter.networks.flatMap((text) => {
        const network = parseNetwork(text);
        return network ? [{ network, submitter: submitter.name }] : [];
      }),
    )
    .sort((a, b) => b.network.prefix - a.network.prefix);
  const endpoints = Map.groupBy(webhooks, ({ submitter }) => submitter);
  return {
    submitter: (name) => byName.get(name),
    key: (id) => byId.get(id),
    webhooks: (submitter) => endpoints.get(submitter) ?? [],
    networks,
  };
}
