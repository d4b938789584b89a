/**
 * The sweep: rings again for every message that should have moved and has not, because a doorbell was lost or a worker died.
 *
 * Safe to run on several instances at once: the row is marked by compare-and-swap before the bell is rung, and a doubled
 * doorbell finds nothing to do.
 */
import { partitions } from '../platform/id.ts';
import type { Outbox } from './outbox.ts';

/** How long after its time a message is left to its first doorbell, in seconds. */
export const graceSeconds = 60;

/** How long until the sweep rings again for the same message: a deep queue must not be made deeper each minute. */
const againSeconds = 600;

/** Most messages rung for in one partition and pass: a long outage must not turn into a storm of doorbells. */
const perPartition = 500;

/** What a pass did. */
export interface SweepReport {
  /** Messages rung for. */
  readonly rung: number;
}

/**
 * One pass over all partitions.
 *
 * @param now the present.
 * @throws RestError when storage cannot be reached; a later pass finds the same rows.
 */
export async function sweep(outbox: Outbox, now: Date): Promise<SweepReport> {
  const counts = await Promise.all(partitions.map((partition) => sweepPartition(outbox, partition, now)));
  return { rung: counts.reduce((sum, count) => sum + count, 0) };
}

async function sweepPartition(outbox: Outbox, partition: string, now: Date): Promise<number> {
  let rung = 0;
  for await (const record of outbox.records.overdue(partition, now, perPartition)) {
    const mine = await outbox.records.update(record, {
      sweepAt: new Date(now.getTime() + againSeconds * 1000),
    });
    if (!mine) continue;
    await outbox.queue.ring({ v: 1, message: record.id }, record.priority);
    rung++;
  }
  return rung;
}
