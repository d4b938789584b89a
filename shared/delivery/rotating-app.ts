/**
 * An app whose certificate lies in a vault and is replaced there while we run. Where Entra ID refuses the certificate, the next
 * one that is known is shown: the one that worked last, what the vault has got since, and the version before.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { createEntraApp, type Acquired, type EntraApp, type EntraConfig } from './entra-app.ts';
import type { VaultRefusal } from './key-vault.ts';
import type { HeldCertificate, VaultCertificates } from './vault-certificates.ts';
import { outcomeOf } from './verdict.ts';

/** What the app is made of. */
export interface RotatingAppParts {
  readonly config: Omit<EntraConfig, 'credential'>;
  readonly scope: string;
  readonly certificates: VaultCertificates;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
}

/** Nothing is asked yet. */
export function createRotatingApp(parts: RotatingAppParts): EntraApp {
  const { config, scope, certificates, clock, log, timeout } = parts;
  let apps = new Map<string, EntraApp>();

  const show = async (certificate: HeldCertificate): Promise<Acquired> => {
    const { version, pem } = certificate;
    const credential = { kind: 'certificate', pem, setting: 'POSTRIDER_KEY_VAULT_CERTIFICATE' } as const;
    const app = apps.get(version) ?? createEntraApp({ ...config, credential }, scope, clock, timeout);
    apps.set(version, app);
    const acquired = await app.acquire();
    if (acquired.ok) {
      certificates.worked(certificate);
      apps = new Map([[version, app]]);
    } else if (acquired.credentialRefused) {
      const { code = 'unknown' } = acquired.outcome.trace;
      const reason = `Entra ID does not take version ${version} of the certificate: add its public part to the app registration.`;
      log?.('warn', 'credential.version-refused', { code, reason });
    }
    return acquired;
  };

  return {
    async acquire() {
      const tried = new Set<string>();
      let refused: Acquired | undefined;
      /** The first answer that is not about the certificate, if there is one. */
      const showAll = async (list: readonly HeldCertificate[]): Promise<Acquired | undefined> => {
        for (const certificate of list) {
          if (tried.has(certificate.version)) continue;
          tried.add(certificate.version);
          const acquired = await show(certificate);
          if (acquired.ok || !acquired.credentialRefused) return acquired;
          refused ??= acquired;
        }
        return undefined;
      };

      for (const again of [false, true]) {
        const held = await certificates.held(again);
        if (!held.ok) return refused ?? unread(held);
        const answer = await showAll(held.certificates);
        if (answer) return answer;
      }
      const former = await certificates.former(tried);
      const answer = former && (await showAll([former]));
      return answer ?? refused ?? unread(nothing);
    },
  };
}

const nothing: VaultRefusal = {
  ok: false,
  finding: { verdict: 'transient', reason: 'No certificate could be shown to Entra ID.' },
};

function unread({ finding, status, code, reply }: VaultRefusal): Acquired {
  const outcome = outcomeOf(finding, {
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(reply === undefined ? {} : { reply }),
  });
  if (outcome.kind !== 'deferred') throw new TypeError('A certificate that cannot be read always defers.');
  return { ok: false, outcome: { ...outcome, unasked: true } };
}
