/**
 * How long a call waits for its message to be sent.
 */
import type { Config } from '../platform/config.ts';
import type { State } from '../reporting/event.ts';

/** The state that sending leads to, or `sending` when that takes longer. No timer outlives the answer. */
export const within = (seconds: number, sent: Promise<State>): Promise<State> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve('sending'), seconds * 1000);
    void sent.then(resolve, reject).finally(() => clearTimeout(late));
  });

/** Longest that a call waits for its message to be sent, in seconds, whatever it asks for: senders and proxies give up by then. */
const longestWait = 60;

/** Seconds that the caller would wait for the message to be sent (`Prefer: wait`, RFC 7240 §4.3); undefined for not at all. */
export function preferredWait(
  config: Pick<Config, 'sendOnAccept'>,
  header: (name: string) => string | undefined,
): number | undefined {
  const asked = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})/i.exec(header('prefer') ?? '')?.[1];
  if (config.sendOnAccept === 'never') return undefined;
  if (asked !== undefined) return Number(asked) > 0 ? Math.min(Number(asked), longestWait) : undefined;
  return config.sendOnAccept === 'always' ? longestWait : undefined;
}
