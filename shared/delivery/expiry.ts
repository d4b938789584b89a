/**
 * When the credential of the app ends, and how loudly that is to be said. Pure: the daily watch, the report for operators and
 * `postrider config check` ask here.
 */
import type { ClientCredential } from '../platform/config.ts';
import { parseCertificate } from './credential.ts';

/** Something to be said about the end of the credential. */
export interface ExpiryNotice {
  readonly level: 'warn' | 'error';
  /** Whole days left; negative when it is over. */
  readonly days: number;
  /** One sentence that says what to do. */
  readonly reason: string;
}

/** Days before the end from which it is said, and from which it is an error. */
export const noticeDays = { warn: 30, error: 7 } as const;

const day = 86_400_000;

/**
 * When the credential ends, as far as the settings say: a certificate's own date, or the one given for a secret.
 *
 * @returns undefined when there is no end (federated), when it must be asked for (key-vault), or when nobody knows (a secret).
 * @throws ConfigurationError when the certificate cannot be read.
 */
export function expiryOf(credential: ClientCredential): Date | undefined {
  if (credential.kind === 'certificate') return parseCertificate(credential.pem.reveal()).expiresAt;
  return credential.kind === 'secret' ? credential.expiresAt : undefined;
}

const advice: Readonly<Record<ClientCredential['kind'], readonly [what: string, todo: string]>> = {
  secret: [
    'The client secret',
    'make a new one, put it into POSTRIDER_CLIENT_SECRET and its end into POSTRIDER_CLIENT_SECRET_EXPIRES',
  ],
  certificate: [
    'The certificate in POSTRIDER_CLIENT_CERTIFICATE',
    'make a new one, add its public part to the app registration, and put it in',
  ],
  'key-vault': [
    'The certificate in POSTRIDER_KEY_VAULT_CERTIFICATE',
    'make a new version of it, and add its public part to the app registration',
  ],
  federated: ['The federated credential', 'renew it'],
};

/** Whole days from now to then; negative when it is over. */
export const daysUntil = (then: Date, now: Date): number =>
  Math.floor((then.getTime() - now.getTime()) / day);

/** What is to be said about an end at `expiresAt`; undefined when it is far, or not known. */
export function noticeOf(
  kind: ClientCredential['kind'],
  expiresAt: Date | undefined,
  now: Date,
): ExpiryNotice | undefined {
  if (expiresAt === undefined) return undefined;
  const left = expiresAt.getTime() - now.getTime();
  if (left > noticeDays.warn * day) return undefined;
  const [what, todo] = advice[kind];
  const date = expiresAt.toISOString().slice(0, 10);
  return {
    level: left > noticeDays.error * day ? 'warn' : 'error',
    days: daysUntil(expiresAt, now),
    reason: `${what} ${left > 0 ? 'expires' : 'expired'} on ${date}: ${todo}.`,
  };
}
