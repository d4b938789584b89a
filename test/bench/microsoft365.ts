/** The pretend Microsoft 365 seen from the bench: its facts, and questions to its process. */
import path from 'node:path';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { startChild, type Child } from './child.ts';

/** What its ready message carries. */
type Facts = Pick<Microsoft365, 'caPem' | 'urls' | 'smtp' | 'tenantId' | 'clientId' | 'clientSecret'>;

/** The running process. */
export interface Microsoft365Process {
  readonly facts: Facts;
  readonly child: Child;
  /** Mails accepted and requests refused for being too many, both since the start. */
  counts(): Promise<{ accepted: number; throttled: number }>;
  /**
   * Waits until `accepted` mails have been accepted since the start and gives the time of that one, in milliseconds since
   * 1970. Rejects after a minute and a half.
   */
  reached(accepted: number): Promise<number>;
}

/** Starts it on free ports. */
export async function startMicrosoft365Process(folder: string): Promise<Microsoft365Process> {
  const program = path.join(import.meta.dirname, 'microsoft365-main.ts');
  const child = startChild({ program, folder });
  const facts: Facts = Object(await child.ready);
  const ask = <T>(question: object, read: (answer: Record<string, unknown>) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.process.off('message', listener);
        reject(new Error(`The pretend Microsoft 365 did not come to ${JSON.stringify(question)} in 90 s.`));
      }, 90_000);
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
      ask({ count: true }, ({ accepted, throttled }) =>
        accepted === undefined ? undefined : { accepted: Number(accepted), throttled: Number(throttled) },
      ),
    reached: (accepted) =>
      ask({ reach: accepted }, ({ reached, at }) => (reached === accepted ? Number(at) : undefined)),
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
