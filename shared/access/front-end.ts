/**
 * Whether the setting of the front end can be used: a network that cannot be read must stop the app at start, not let everybody in.
 */
import { ConfigurationError, type Config } from '../platform/config.ts';
import { parseNetwork } from './network.ts';

/** @throws ConfigurationError naming the network that is none. */
export function inspectFrontEnd({ frontEnd }: Pick<Config, 'frontEnd'>): void {
  const networks = 'networks' in frontEnd ? frontEnd.networks : [];
  const wrong = networks.find((text) => parseNetwork(text) === undefined);
  if (wrong === undefined) return;
  throw new ConfigurationError(
    `POSTRIDER_FRONT_END_NETWORKS has "${wrong}", which is no network: write 10.1.0.0/16 or 2001:db8::/48, with no bits set behind the prefix (see docs/configuration.md)`,
  );
}
