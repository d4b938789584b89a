/**
 * Which doors to Microsoft 365 are open. What only delivery needs is loaded when the first message is delivered.
 */
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { SentCopies } from './doubt.ts';
import type { TokenSource, Transport, TransportName } from './transport.ts';

/** The doors to Microsoft 365, each loaded when it is first needed. */
export interface OpenMicrosoft365 {
  transport(name: TransportName): Promise<Transport>;
  sentCopies(): Promise<SentCopies>;
  close(): Promise<void>;
}

/** Opens none of them yet. */
export function openMicrosoft365(config: Config, clock: Clock, log: Log): OpenMicrosoft365 {
  let tokens: Promise<TokenSource> | undefined;
  let copies: Promise<SentCopies> | undefined;
  const transports = new Map<TransportName, Promise<Transport>>();
  const tokenSource = (): Promise<TokenSource> =>
    (tokens ??= import('./entra.ts').then(({ createTokenSource }) =>
      createTokenSource({ config, clock, log }),
    ));
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
    async close() {
      for (const transport of transports.values()) await (await transport).close();
    },
  };
}
