/** Says once a day when the credential of the app is about to end, so that nobody learns of it from mails that wait. */
import type { Clock } from '../platform/clock.ts';
import type { ClientCredential } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { expiryOf, noticeOf } from './expiry.ts';
import type { VaultCertificates } from './vault-certificates.ts';

/** Looks, when this process has not yet looked today. Never rejects for what the vault did. */
export type CredentialWatch = () => Promise<void>;

/** @param parts.certificates is called only where the certificate lies in a vault. */
export function createCredentialWatch(parts: {
  readonly credential: ClientCredential;
  readonly certificates: () => Promise<Pick<VaultCertificates, 'expiry'>>;
  readonly clock: Clock;
  readonly log: Log;
}): CredentialWatch {
  const { credential, certificates, clock, log } = parts;
  let lookedOn = '';

  return async () => {
    const now = clock.now();
    const today = now.toISOString().slice(0, 10);
    if (today === lookedOn) return;
    const end = await endOf(credential, certificates);
    // The vault's silence has been logged; the next hour asks again.
    if (end === 'unread') return;
    lookedOn = today;
    const notice = noticeOf(credential.kind, end, now);
    if (notice) log(notice.level, 'credential.expires', { days: notice.days, reason: notice.reason });
  };
}

async function endOf(
  credential: ClientCredential,
  certificates: () => Promise<Pick<VaultCertificates, 'expiry'>>,
): Promise<Date | undefined | 'unread'> {
  if (credential.kind !== 'key-vault') return expiryOf(credential);
  const expiry = await (await certificates()).expiry(true);
  return expiry.ok ? expiry.expiresAt : 'unread';
}
