/**
 * Failed credentials, counted by where they come from: whoever guesses is slowed down, and nobody else.
 *
 * Kept in the memory of the instance: it costs no storage, and a guess has one chance in 2¹⁶⁰ anyway. What it saves is the work and the
 * noise. A right credential is taken whatever failed before it from the same source, since a gateway or a NAT has many behind it.
 */
import ipaddr from 'ipaddr.js';

/** Failures that a source may have in a window before it is told to wait. */
const tolerated = 10;

/** Milliseconds. */
const window = 60_000;

/** Sources that are remembered; the one that failed first is forgotten for a new one. */
const remembered = 10_000;

/** The count. */
export interface Attempts {
  /** Seconds that a source has to wait, or undefined when another failure would be forgiven. */
  wait(source: string, now: Date): number | undefined;
  /** Counts a failure. */
  failed(source: string, now: Date): void;
}

/** Starts counting. */
export function countAttempts(): Attempts {
  const sources = new Map<string, { readonly since: number; readonly failures: number }>();
  const current = (source: string, now: Date) => {
    const found = sources.get(source);
    // A clock that was put back must not keep a source out.
    return found && Math.abs(now.getTime() - found.since) < window ? found : undefined;
  };
  return {
    wait(source, now) {
      const found = current(source, now);
      if (!found || found.failures < tolerated) return undefined;
      return Math.max(1, Math.ceil((found.since + window - now.getTime()) / 1000));
    },
    failed(source, now) {
      const found = current(source, now);
      if (found) {
        sources.set(source, { ...found, failures: found.failures + 1 });
        return;
      }
      sources.delete(source);
      const [oldest] = sources.keys();
      if (sources.size >= remembered && oldest !== undefined) sources.delete(oldest);
      sources.set(source, { since: now.getTime(), failures: 1 });
    },
  };
}

/**
 * What counts as one source: an IPv4 address, the /64 of an IPv6 address (one subscriber has all of it), or `unknown` for all whose
 * address cannot be believed.
 */
export function sourceOf(address: ipaddr.IPv4 | ipaddr.IPv6 | undefined): string {
  if (!address) return 'unknown';
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}
