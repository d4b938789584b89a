/** The pretend Microsoft 365 seen from the bench: its facts, and questions to its process. */
import path from 'node:path';
import type { GraphSettings } from '../../infra/simulators/graph/settings.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { startChild, type Child } from './child.ts';

/** What its ready message carries. */
type Facts = Pick<Microsoft365, 'caPem' | 'urls' | 'smtp' | 'tenantId' | 'clientId' | 'clientSecret'>;

/** The running process. */
export interface Microsoft365Process {
  readonly facts: Facts;
  readonly child: Child;
  /** Mails accepted, requests refused for being too many, and the most that Graph had in flight, all since the start. */
  counts(): Promise<{ accepted: number; throttled: number; peak: number }>;
  /** The mails accepted since the start but the first `from`: milliseconds since 1970, and their subjects if Graph took them. */
  arrivals(from: number): Promise<readonly (readonly [at: number, subject: string])[]>;
  /** The most mails that were accepted in any `span` milliseconds since the start. */
  worst(span: number): Promise<number>;
  /**
   * Waits until `accepted` mails have been accepted since the start and gives the time of that one, in milliseconds since
   * 1970. Rejects after `patience` seconds, by default a minute and a half.
   */
  reached(accepted: number, patience?: number): Promise<number>;
}

/** Starts it on free ports. */
export async function startMicrosoft365Process(
  folder: string,
  graph: Partial<GraphSettings>,
): Promise<Microsoft365Process> {
  const program = path.join(import.meta.dirname, 'microsoft365-main.ts');
  const child = startChild({ program, arguments: [JSON.stringify(graph)], folder });
  const facts: Facts = Object(await child.ready);
  const ask = <T>(
    question: object,
    read: (answer: Record<string, unknown>) => T | undefined,
    patience = 90,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.process.off('message', listener);
        reject(
          new Error(
            `The pretend Microsoft 365 did not come to ${JSON.stringify(question)} in ${patience} s.`,
          ),
        );
      }, patience * 1000);
      const listener = (message: unknown): void => {
        const value = read({ ...Object(message) });
        if (value === undefined) return;
        clearTimeout(timer);
        child.process.off('message', listener);
        resolve(value);
      };
      child.process.on('message', listener);
      child.process.send(question);
    });
  return {
    facts,
    child,
    counts: () =>
      ask({ count: true }, ({ accepted, throttled, peak }) =>
        accepted === undefined
          ? undefined
          : { accepted: Number(accepted), throttled: Number(throttled), peak: Number(peak) },
      ),
    arrivals: (from) =>
      ask({ arrivals: from }, ({ arrivals }) => arrivals as (readonly [number, string])[] | undefined),
    worst: (span) => ask({ worst: span }, ({ worst }) => (worst === undefined ? undefined : Number(worst))),
    reached: (accepted, patience) =>
      ask(
        { reach: accepted },
        ({ reached, at }) => (reached === accepted ? Number(at) : undefined),
        patience,
      ),
  };
}

/** Gets an app-only token for a resource, as a baseline needs one. */
export async function fetchToken(facts: Facts, scope: string): Promise<string> {
  const response = await fetch(`${facts.urls.login}/${facts.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: facts.clientId,
      client_secret: facts.clientSecret,
      scope,
    }),
  });
  const { access_token: token }: { access_token?: string } = Object(await response.json());
  if (!token) throw new Error(`No token for ${scope}: ${response.status}.`);
  return token;
}
