/** What the rows of the lanes say to a process that looks for one. Pure; times are milliseconds since 1970. */
import type { Seen } from './row.ts';
import { farthest } from './window.ts';

/** A lane's row. */
export interface Lease {
  /** Empty: the lane is free. */
  readonly holder: string;
  readonly until: number;
  /** When the holder got it. */
  readonly since: number;
  /** Another process waits for it; a free lane is kept for that one until `until`. */
  readonly wanted?: string;
}

/** By how much clocks may differ, in milliseconds: a lease of another holder is over so much later. */
const skew = 2000;

/** When all processes hold one lane at most, one that has had its lane for so long must hand it on. */
const turn = 10_000;

interface LaneRow {
  readonly name: string;
  readonly etag: string | undefined;
}

/** The lanes that may be claimed, beginning at a place that differs from process to process. */
export function claimable(
  leases: ReadonlyMap<string, Seen>,
  limit: number,
  holder: string,
  now: number,
): readonly LaneRow[] {
  const names = Array.from({ length: limit }, (_, i) => `lane-${i}`);
  const first = Buffer.from(holder).reduce((sum, byte) => sum + byte, 0) % limit;
  return [...names.slice(first), ...names.slice(0, first)].flatMap((name): readonly LaneRow[] => {
    const seen = leases.get(name);
    if (!seen) return [{ name, etag: undefined }];
    const lease = JSON.parse(seen.state) as Lease;
    const mine = lease.holder === '' && (lease.wanted === undefined || lease.wanted === holder);
    // No lease is that long: the clock of its holder was wrong, and the holder may be gone.
    const wrong = lease.until > now + farthest;
    return mine || wrong || lease.until + skew < now ? [{ name, etag: seen.etag }] : [];
  });
}

/**
 * The lane whose holder should be told that this process waits: one of whoever has two more than we; or, when we have none, the one
 * that was held longest. The lease stays as it is, with our wish; writing it makes the holder's next renewal fail.
 */
export function toTouch(
  leases: ReadonlyMap<string, Seen>,
  holder: string,
  now: number,
): (LaneRow & { readonly lease: Lease }) | undefined {
  const rows = [...leases]
    .map(([name, { state, etag }]) => ({ name, etag, lease: JSON.parse(state) as Lease }))
    .filter(({ lease }) => lease.holder !== '');
  const count = (who: string) =>
    rows.filter(({ lease }) => lease.holder === who && lease.wanted === undefined).length;
  const mine = count(holder);
  const [best] = rows
    .filter(({ lease }) => lease.wanted === undefined)
    .filter(({ lease }) => count(lease.holder) >= mine + 2 || (mine === 0 && now - lease.since >= turn))
    .toSorted((a, b) => count(b.lease.holder) - count(a.lease.holder) || a.lease.since - b.lease.since);
  if (!best || rows.some(({ lease }) => lease.wanted === holder)) return undefined;
  return { ...best, lease: { ...best.lease, wanted: holder } };
}
