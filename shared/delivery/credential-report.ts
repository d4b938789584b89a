/**
 * How the credential of the app stands, for an operator who asks now: the daily line in the log (credential-watch.ts) is for those who
 * do not.
 */
import type { Clock } from '../platform/clock.ts';
import type { ClientCredential } from '../platform/config.ts';
import { daysUntil, expiryOf, noticeOf } from './expiry.ts';
import type { VaultCertificates } from './vault-certificates.ts';

/** What is known of the credential; nothing of it is secret. */
export interface CredentialReport {
  /** `warn` when it ends soon, or nobody can tell when; `fail` when it has ended. */
  readonly status: 'pass' | 'warn' | 'fail';
  /** The setting that it comes by. */
  readonly name: string;
  readonly kind: ClientCredential['kind'];
  /** Absent when there is no end, or nobody can tell. */
  readonly expiresAt?: Date;
  /** Whole days left; negative when it is over. */
  readonly daysLeft?: number;
  /** One sentence that says what to do; absent when there is nothing to do. */
  readonly reason?: string;
}

const settings: Readonly<Record<ClientCredential['kind'], string>> = {
  federated: 'POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID',
  'key-vault': 'POSTRIDER_KEY_VAULT_CERTIFICATE',
  certificate: 'POSTRIDER_CLIENT_CERTIFICATE',
  secret: 'POSTRIDER_CLIENT_SECRET',
};

/** How long a vault may take, in milliseconds: whoever asks for health is not kept waiting by it. */
const patience = 2000;

/**
 * @param parts.certificates is called only where the certificate lies in a vault. What the vault said last is news for a quarter of an hour.
 * @returns a function that never rejects for what the vault did.
 */
export function createCredentialReport(parts: {
  readonly credential: ClientCredential;
  readonly certificates: () => Promise<Pick<VaultCertificates, 'expiry'>>;
  readonly clock: Clock;
  readonly wait: (milliseconds: number) => Promise<void>;
}): () => Promise<CredentialReport> {
  const { credential, certificates, clock, wait } = parts;
  const { kind } = credential;
  const about = { name: settings[kind], kind };

  const ending = (expiresAt: Date): CredentialReport => {
    const now = clock.now();
    const notice = noticeOf(kind, expiresAt, now);
    const status = notice === undefined ? 'pass' : expiresAt > now ? 'warn' : 'fail';
    const reason = notice && { reason: notice.reason };
    return { status, ...about, expiresAt, daysLeft: daysUntil(expiresAt, now), ...reason };
  };
  const untold = (reason: string): CredentialReport => ({ status: 'warn', ...about, reason });

  const fromVault = async (): Promise<CredentialReport> => {
    const asked = certificates().then((held) => held.expiry());
    const expiry = await Promise.race([asked, wait(patience)]);
    if (expiry?.ok) return ending(expiry.expiresAt);
    const why = expiry ? expiry.finding.reason : 'It has not answered yet; ask again.';
    return untold(`The vault does not tell when the certificate ends. ${why}`);
  };

  return async () => {
    if (kind === 'key-vault') return await fromVault();
    if (kind === 'federated') return { status: 'pass', ...about };
    const expiresAt = expiryOf(credential);
    if (expiresAt) return ending(expiresAt);
    return untold('Nobody has told when the client secret ends: set POSTRIDER_CLIENT_SECRET_EXPIRES.');
  };
}
