/**
 * Which doors to Microsoft 365 are open. What only delivery needs is loaded when the first message is delivered.
 */
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { SentCopies } from './doubt.ts';
import type { TokenSource, Transport, TransportName } from './transport.ts';
import type { VaultCertificates } from './vault-certificates.ts';

/** The doors to Microsoft 365, each loaded when it is first needed. */
export interface OpenMicrosoft365 {
  transport(name: TransportName): Promise<Transport>;
  sentCopies(): Promise<SentCopies>;
  /** The certificate in the vault. @throws TypeError when the credential is another one. */
  certificates(): Promise<VaultCertificates>;
  close(): Promise<void>;
}

/** Opens none of them yet. */
export function openMicrosoft365(config: Config, clock: Clock, log: Log): OpenMicrosoft365 {
  let tokens: Promise<TokenSource> | undefined;
  let copies: Promise<SentCopies> | undefined;
  let vault: Promise<VaultCertificates> | undefined;
  const transports = new Map<TransportName, Promise<Transport>>();
  const certificates = (): Promise<VaultCertificates> =>
    (vault ??= import('./open-certificates.ts').then(({ openCertificates }) => {
      const { credential } = config;
      if (credential.kind !== 'key-vault') throw new TypeError('The credential lies in no vault.');
      return openCertificates({ credential, config, clock, log });
    }));
  const tokenSource = (): Promise<TokenSource> =>
    (tokens ??= (async () => {
      const { createTokenSource } = await import('./entra.ts');
      const shared = config.credential.kind === 'key-vault' ? { certificates: await certificates() } : {};
      return createTokenSource({ config, clock, log, ...shared });
    })());
  const open = async (name: TransportName): Promise<Transport> => {
    const parts = { config, tokens: await tokenSource(), clock };
    if (name === 'graph') return (await import('./graph.ts')).createGraphTransport(parts);
    return (await import('./smtp.ts')).createSmtpTransport(parts);
  };
  return {
    transport(name) {
      const transport = transports.get(name) ?? open(name);
      transports.set(name, transport);
      return transport;
    },
    sentCopies: () =>
      (copies ??= (async () => {
        const { createSentCopies } = await import('./sent-copies.ts');
        return createSentCopies({ config, tokens: await tokenSource(), clock });
      })()),
    certificates,
    async close() {
      for (const transport of transports.values()) await (await transport).close();
    },
  };
}
