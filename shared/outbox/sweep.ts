/**
 * The sweep: rings again for every message that should have moved and has not, because a doorbell was lost or a worker died.
 *
 * Safe to run on several instances at once: the row of a message that waits is marked by compare-and-swap before the bell is rung,
 * and a doubled doorbell finds nothing to do. A worker that dies between claim and result is noticed when its lease is over, one
 * that dies before the claim when the message has waited for as long.
 */
import { partitions, type Partition } from '../platform/id.ts';
import type { Outbox } from './outbox.ts';

/** How long after its time a message is left to its first doorbell, in seconds, unless a lease is shorter. */
export const graceSeconds = 60;

/** Most messages rung for in one partition and pass: a long outage must not turn into a storm of doorbells. */
const perPartition = 500;

/** What a pass did. */
export interface SweepReport {
  /** Messages rung for. */
  readonly rung: number;
  /** How many of them had a worker whose lease was over. */
  readonly lapsed: number;
}

/**
 * One pass over all partitions: 16 queries, and at most two requests for every message that is rung for.
 *
 * @param now the present.
 * @param lease seconds that a worker's claim holds without being renewed.
 * @throws RestError when storage cannot be reached; a later pass finds the same rows.
 */
export async function sweep(outbox: Outbox, now: Date, lease: number): Promise<SweepReport> {
  const passes = await Promise.all(
    partitions.map((partition) => sweepPartition(outbox, partition, now, lease)),
  );
  return {
    rung: passes.reduce((sum, { rung }) => sum + rung, 0),
    lapsed: passes.reduce((sum, { lapsed }) => sum + lapsed, 0),
  };
}

async function sweepPartition(
  outbox: Outbox,
  partition: Partition,
  now: Date,
  lease: number,
): Promise<SweepReport> {
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  // A row says when it is to be swept with a grace of its own; short leases are for those who want it sooner.
  const sooner = Math.max(0, graceSeconds - lease);
  const overdue = await outbox.ledger.overdue(partition, later(sooner), now, perPartition);
  let [rung, lapsed] = [0, 0];
  for (const row of overdue) {
    // A claimed row is left untouched: its worker may be late and not dead, and could not write its result down then. There are
    // never more of these than workers, so that ringing in each pass until one is taken up makes no queue deep.
    if (row.state === 'sending') lapsed++;
    // Two leases until the next bell for the same message: time for a turn, and a deep queue is not made deeper each pass.
    else if (!(await outbox.ledger.postpone(row, later(2 * lease + sooner)))) continue;
    await outbox.queue.ring({ v: 1, message: row.id }, row.priority);
    rung++;
  }
  return { rung, lapsed };
}
