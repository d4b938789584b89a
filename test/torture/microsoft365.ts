/** The pretend Microsoft 365 seen from the harness: its facts, what it accepted, and its faults. */
import path from 'node:path';
import type { EntraFault } from '../../infra/simulators/entra/faults.ts';
import type { SmtpFault } from '../../infra/simulators/exchange-smtp/faults.ts';
import type { GraphFault } from '../../infra/simulators/graph/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { startChild, type Child } from '../bench/child.ts';

interface Faults {
  readonly entra: EntraFault;
  readonly graph: GraphFault;
  readonly smtp: SmtpFault;
}

/** The running process. */
export interface Microsoft365Process {
  readonly facts: Pick<Microsoft365, 'caPem' | 'urls' | 'smtp' | 'tenantId' | 'clientId' | 'clientSecret'>;
  readonly child: Child;
  /** Copies accepted, by subject. */
  readonly copies: ReadonlyMap<string, number>;
  /** Lets something go wrong, as often as its `times` says. */
  program<S extends keyof Faults>(simulator: S, fault: Faults[S]): Promise<void>;
  /** Takes back the faults that wait, of one simulator or of all. */
  clear(simulator?: keyof Faults): Promise<void>;
  /** The most Graph requests in flight at once, and how many were refused for being too many. */
  counts(): Promise<{ readonly peak: number; readonly throttled: number }>;
}

/** Starts it on free ports. @param roles application permissions with consent. */
export async function startMicrosoft365Process(
  folder: string,
  mailboxes: readonly string[],
  roles: readonly string[],
): Promise<Microsoft365Process> {
  const program = path.join(import.meta.dirname, 'microsoft365-main.ts');
  const child = startChild({ program, arguments: [mailboxes.join(), roles.join()], folder });
  const copies = new Map<string, number>();
  child.process.on('message', (message) => {
    const { accepted }: { accepted?: string } = Object(message);
    if (accepted !== undefined) copies.set(accepted, (copies.get(accepted) ?? 0) + 1);
  });
  const facts: Microsoft365Process['facts'] = Object(await child.ready);
  const faults = async (simulator: keyof Faults, init: RequestInit): Promise<Response> => {
    const response = await fetch(`${facts.urls.control}/faults/${simulator}`, init);
    if (!response.ok) throw new Error(`The fault was refused: ${await response.text()}`);
    return response;
  };
  return {
    facts,
    child,
    copies,
    async program(simulator, fault) {
      const headers = { 'content-type': 'application/json' };
      await faults(simulator, { method: 'POST', headers, body: JSON.stringify(fault) });
    },
    async clear(only) {
      for (const simulator of only ? [only] : (['entra', 'graph', 'smtp'] as const))
        await faults(simulator, { method: 'DELETE' });
    },
    counts: () =>
      new Promise((resolve) => {
        const listener = (message: unknown): void => {
          const { counts }: { counts?: { peak: number; throttled: number } } = Object(message);
          if (!counts) return;
          child.process.off('message', listener);
          resolve(counts);
        };
        child.process.on('message', listener);
        child.process.send({ count: true });
      }),
  };
}
