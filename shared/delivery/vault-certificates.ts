/**
 * Which versions of the certificate in the vault are at hand: the newest, and the one with which Entra ID last gave a token. One
 * for all scopes of a process.
 *
 * A certificate is rotated in two steps that no clock joins: the vault makes a version, and somebody adds its public part to the
 * app registration, before or after. So the former version stays good until the new one has worked, and an instance that
 * starts in between asks the vault for it.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Secret } from '../platform/secret.ts';
import { parseCertificate, readCertificate } from './credential.ts';
import type { KeyVault, VaultRefusal, VaultVersion } from './key-vault.ts';

/** A version whose certificate can be read. */
export interface HeldCertificate {
  readonly version: string;
  readonly pem: Secret;
  readonly validFrom: Date;
  readonly expiresAt: Date;
}

/** What is at hand, or why nothing is. */
export type Held = { readonly ok: true; readonly certificates: readonly HeldCertificate[] } | VaultRefusal;

/** The versions at hand. Methods never reject. */
export interface VaultCertificates {
  /**
   * Versions that are valid now, the one to try first at first. The vault is asked when the last answer is a quarter of an hour
   * old; while it does not answer, what is at hand stays.
   *
   * @param again true asks it in any case.
   */
  held(again?: boolean): Promise<Held>;
  /** The newest valid version of the vault that is not among these; undefined when there is none, or the vault does not say. */
  former(tried: ReadonlySet<string>): Promise<HeldCertificate | undefined>;
  /** Notes that Entra ID gave a token for it. */
  worked(certificate: HeldCertificate): void;
  /** When the newest version expires, valid or not. @param again true asks the vault in any case. */
  expiry(again?: boolean): Promise<{ readonly ok: true; readonly expiresAt: Date } | VaultRefusal>;
}

/** Milliseconds for which an answer of the vault is taken as news. */
const checkEvery = 900_000;

/** After a failure the vault is left alone for this many milliseconds. */
const failurePause = 30_000;

/** Most former versions that are looked into. */
const lookBack = 3;

const setting = 'POSTRIDER_KEY_VAULT_CERTIFICATE';

/** Nothing is asked yet. */
export function holdCertificates(vault: KeyVault, clock: Clock, log?: Log): VaultCertificates {
  let newest: HeldCertificate | undefined;
  let proven: HeldCertificate | undefined;
  let failure: VaultRefusal | undefined;
  let checkAt = -Infinity;
  let flight: Promise<void> | undefined;

  const check = async (): Promise<void> => {
    const answer = await vault.read();
    const read = answer.ok ? open(answer) : answer;
    checkAt = clock.now().getTime() + (read.ok ? checkEvery : failurePause);
    if (read.ok) {
      failure = undefined;
      if (newest && newest.version !== read.certificate.version) {
        log?.('info', 'credential.new-version', { code: read.certificate.version });
      }
      newest = read.certificate;
      return;
    }
    failure = read;
    const { finding, code } = read;
    log?.('warn', 'credential.vault-unread', {
      reason: finding.reason,
      ...(code === undefined ? {} : { code }),
    });
  };
  const checked = (): Promise<void> =>
    (flight ??= check().finally(() => {
      flight = undefined;
    }));

  const isValid = ({ validFrom, expiresAt }: HeldCertificate): boolean => {
    const now = clock.now();
    return validFrom <= now && now < expiresAt;
  };

  const refreshed = async (again: boolean): Promise<void> => {
    if (again || clock.now().getTime() >= checkAt) await checked();
  };

  return {
    async held(again = false) {
      await refreshed(again);
      const certificates = [newest, proven].filter((one) => one !== undefined).filter(isValid);
      if (certificates.length > 0) return { ok: true, certificates };
      return failure ?? invalid(newest, clock.now());
    },
    async former(tried) {
      const listed = await vault.versions();
      if (!listed.ok) return undefined;
      for (const version of listed.versions.filter((one) => !tried.has(one)).slice(0, lookBack)) {
        const answer = await vault.read(version);
        const read = answer.ok ? open(answer) : answer;
        if (read.ok && isValid(read.certificate)) return read.certificate;
      }
      return undefined;
    },
    worked(certificate) {
      proven = certificate;
    },
    async expiry(again = false) {
      await refreshed(again);
      return newest ? { ok: true, expiresAt: newest.expiresAt } : (failure ?? invalid(newest, clock.now()));
    },
  };
}

function open({ version, pem }: VaultVersion): { ok: true; certificate: HeldCertificate } | VaultRefusal {
  try {
    const { validFrom, expiresAt } = parseCertificate(pem.reveal(), setting);
    return { ok: true, certificate: { version, pem, validFrom, expiresAt } };
  } catch (error) {
    return unusable(error);
  }
}

/** Why the newest version is of no use. */
function invalid(newest: HeldCertificate | undefined, now: Date): VaultRefusal {
  try {
    readCertificate(newest?.pem.reveal() ?? '', now, setting);
  } catch (error) {
    return unusable(error);
  }
  return unusable(new Error('The certificate has just become valid.'));
}

const unusable = (error: unknown): VaultRefusal => ({
  ok: false,
  finding: { verdict: 'configuration', reason: error instanceof Error ? error.message : String(error) },
});
