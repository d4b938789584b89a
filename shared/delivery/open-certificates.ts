/** The certificate in the vault of the settings, read by the managed identity of the settings. */
import type { Clock } from '../platform/clock.ts';
import type { Config, VaultCertificate } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { openKeyVault } from './key-vault.ts';
import { openManagedIdentity } from './managed-identity.ts';
import { holdCertificates, type VaultCertificates } from './vault-certificates.ts';

/** Opens it; nothing is asked yet. @param parts.timeout milliseconds that one request may take; 10,000 unless told. */
export function openCertificates(parts: {
  readonly credential: VaultCertificate;
  readonly config: Pick<Config, 'endpoints'>;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  readonly timeout?: number;
}): VaultCertificates {
  const { credential, config, clock, log, timeout = 10_000 } = parts;
  const { vaultUrl, certificate, identityClientId } = credential;
  const setting = 'POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID';
  const vault = openKeyVault({
    vaultUrl,
    certificate,
    resource: config.endpoints.keyVaultResource,
    identity: openManagedIdentity(identityClientId, { setting, clock, timeout }),
    clock,
    timeout,
  });
  return holdCertificates(vault, clock, log);
}
