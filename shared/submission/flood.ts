/**
 * Fairness among submitters: whoever submits far more than others goes into a queue behind them, so that ten thousand messages of
 * one leave the messages of another where they were. What is `high` is counted apart, so that it overtakes the flood of its own
 * submitter too.
 *
 * Counted in the memory of each instance: it costs nothing, and a flood is large enough to be seen by every instance it reaches.
 */
import type { Priority } from '../outbox/entry.ts';

/** Messages of a submitter within the window that keep the priority they ask for. */
const freely = 60;

/** Length of the window, in milliseconds. */
const window = 10_000;

interface Count {
  /** Start of the present window, milliseconds since 1970. */
  since: number;
  count: number;
  /** What the window before it held. */
  before: number;
}

/** Says which queue the next messages of a submitter go into. */
export type Fairness = (submitter: string, count: number, wanted: Priority, now: Date) => Priority;

/** Counts from zero. */
export function createFairness(): Fairness {
  const counts = new Map<string, Count>();
  return (submitter, count, wanted, now) => {
    const time = now.getTime();
    const urgent = wanted === 'high';
    const key = `${urgent} ${submitter}`;
    const known = counts.get(key);
    const age = known ? time - known.since : Infinity;
    let current: Count;
    if (known && age >= 0 && age < window) current = known;
    else {
      current = {
        since: time,
        count: 0,
        before: age >= window && age < 2 * window ? (known?.count ?? 0) : 0,
      };
      counts.set(key, current);
    }
    current.count += count;
    if (current.count <= freely && current.before <= freely) return wanted;
    return urgent ? 'normal' : 'low';
  };
}
