/**
 * The sweep: rings again for every message that should have moved and has not, because a doorbell was lost or a worker died.
 *
 * Safe to run on several instances at once: the row of a message that waits is marked by compare-and-swap before the bell is rung,
 * and a doubled doorbell finds nothing to do. A worker that dies between claim and result is noticed when its lease is over, one
 * that dies before the claim when the message has waited for as long.
 */
import { partitions, type Partition } from '../platform/id.ts';
import { keptStates, waitingStates } from '../reporting/event.ts';
import type { OverdueRow, StandingRow } from './ledger.ts';
import type { Outbox } from './outbox.ts';

/** How long after its time a message is left to its first doorbell, in seconds, unless a lease is shorter. */
export const graceSeconds = 60;

/** Most messages rung for in one partition and pass: a long outage must not turn into a storm of doorbells. */
const perPartition = 500;

/** Most rows of one partition that are looked at in a pass that counts. */
const countedPerPartition = 5000;

/** What a pass did. */
export interface SweepReport {
  /** Messages rung for. */
  readonly rung: number;
  /** How many of them had a worker whose lease was over. */
  readonly lapsed: number;
  /** What a pass that counts has seen. */
  readonly census?: Census;
}

/** How it stands, for whoever watches. Floors, where a partition has more than 5,000 rows on their way or kept. */
export interface Census {
  /** Messages on their way whose time has come; scheduled ones and those with a later place in the line are not among them. */
  readonly waiting: number;
  /** Seconds since the time of the oldest of them had come; 0 when there is none. */
  readonly oldestSeconds: number;
  /** Messages that wait for a person. */
  readonly kept: number;
}

/** How a pass is made. */
export interface SweepOptions {
  /** Seconds that a worker's claim holds without being renewed. */
  readonly lease: number;
  /**
   * Seconds from the time of a message to its expiry: the pass counts. It asks as many questions as another, and reads a page more
   * for each 1,000 rows of a partition that stand.
   */
  readonly countFor?: number;
}

/**
 * One pass over all partitions: 16 queries, and at most two requests for every message that is rung for.
 *
 * @param now the present.
 * @throws RestError when storage cannot be reached; a later pass finds the same rows.
 */
export async function sweep(outbox: Outbox, now: Date, options: SweepOptions): Promise<SweepReport> {
  const passes = await Promise.all(
    partitions.map((partition) => sweepPartition(outbox, partition, now, options)),
  );
  const sum = (count: (pass: Pass) => number): number =>
    passes.reduce((total, pass) => total + count(pass), 0);
  const done = { rung: sum(({ rung }) => rung), lapsed: sum(({ lapsed }) => lapsed) };
  if (options.countFor === undefined) return done;
  const census = {
    waiting: sum((pass) => pass.waiting),
    oldestSeconds: Math.max(...passes.map((pass) => pass.oldestSeconds)),
    kept: sum((pass) => pass.kept),
  };
  return { ...done, census };
}

type Pass = Census & { readonly rung: number; readonly lapsed: number };

async function sweepPartition(
  outbox: Outbox,
  partition: Partition,
  now: Date,
  { lease, countFor }: SweepOptions,
): Promise<Pass> {
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  // A row says when it is to be swept with a grace of its own; short leases are for those who want it sooner.
  const sooner = Math.max(0, graceSeconds - lease);
  let overdue: readonly OverdueRow[];
  let census: Census = { waiting: 0, oldestSeconds: 0, kept: 0 };
  if (countFor === undefined) {
    overdue = await outbox.ledger.overdue(partition, later(sooner), now, perPartition);
  } else {
    const rows = await outbox.ledger.standing(partition, countedPerPartition);
    census = countOf(rows, now, countFor);
    overdue = rows.filter((row) => isOverdue(row, later(sooner), now)).slice(0, perPartition);
  }
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
  return { rung, lapsed, ...census };
}

/** What `ledger.overdue` asks the table. */
const isOverdue = ({ state, sweepAt }: StandingRow, waiting: Date, sending: Date): boolean =>
  state === 'sending' ? sweepAt < sending : waitingStates.includes(state) && sweepAt < waiting;

function countOf(rows: readonly StandingRow[], now: Date, lifetime: number): Census {
  const kept = rows.filter(({ state }) => keptStates.includes(state)).length;
  const due = rows.filter(({ state, dueAt }) =>
    state === 'accepted' ? dueAt <= now : state === 'deferred' || state === 'sending',
  );
  // A deferred message has lost its first time; its expiry has not, and moves along with a new schedule or a replay.
  const ages = due.map(({ acceptedAt, expiresAt }) => {
    const since = Math.max(acceptedAt.getTime(), expiresAt.getTime() - lifetime * 1000);
    return Math.floor((now.getTime() - since) / 1000);
  });
  const oldestSeconds = ages.reduce((oldest, age) => Math.max(oldest, age), 0);
  return { waiting: due.length, oldestSeconds, kept };
}
