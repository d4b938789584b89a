/**
 * The front end of the settings, held to what can be read.
 */
import { ConfigurationError, type Config } from '../platform/config.ts';
import { parseNetwork } from './network.ts';

/** @throws ConfigurationError when a network of the front end is none. */
export function inspectFrontEnd({ frontEnd }: Pick<Config, 'frontEnd'>): void {
  const networks = 'networks' in frontEnd ? frontEnd.networks : [];
  const wrong = networks.find((text) => parseNetwork(text) === undefined);
  if (wrong === undefined) return;
  throw new ConfigurationError(
    `POSTRIDER_FRONT_END_NETWORKS has "${wrong}", which is no network: write 10.1.0.0/16 or 2001:db8::/48, with no bits set behind the prefix (see docs/configuration.md)`,
  );
}
