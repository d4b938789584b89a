/**
 * A doorbell for several messages that were submitted together: their rows are read at once, and what has to wait is rung for
 * together again.
 */
import type { BatchEntry, Priority } from '../outbox/entry.ts';
import type { HeldRecord } from '../outbox/record.ts';
import type { DeliverParts } from './attempt.ts';
import type { Turn } from './settle.ts';

/** Turns taken at once. */
const concurrency = 8;

/** No turn begins later than so many seconds after the doorbell: one attempt more, by all its routes, must fit into `functionTimeout`. */
const startWithin = 60;

/** Messages that are due within so many seconds of one another share a doorbell. */
const together = 15;

interface Ring {
  readonly id: string;
  readonly priority: Priority;
  readonly due: number;
}

/**
 * Takes the turns of a batch.
 *
 * @param takeTurn takes the turn of one row.
 * @throws the first error of a turn, when all have been taken.
 */
export async function deliverBatch(
  parts: DeliverParts,
  entry: BatchEntry,
  takeTurn: (parts: DeliverParts, record: HeldRecord) => Promise<Turn>,
): Promise<Turn> {
  const { clock, outbox } = parts;
  const rings: Ring[] = [];
  const now = () => clock.now().getTime();
  const collecting: DeliverParts = {
    ...parts,
    outbox: {
      ...outbox,
      queue: {
        ring(one, priority, seconds = 0) {
          if (one.v === 1) rings.push({ id: one.message, priority, due: now() + seconds * 1000 });
          return Promise.resolve();
        },
      },
    },
  };
  const rows = await outbox.records.getAll(entry.messages);
  const end = now() + startWithin * 1000;
  const failures: unknown[] = [];
  const work = rows.values();
  const worker = async (): Promise<void> => {
    for (const record of work) {
      if (now() > end) {
        rings.push({ id: record.id, priority: record.priority, due: now() });
        continue;
      }
      try {
        await takeTurn(collecting, record);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  for (const group of groups(rings)) {
    const [first] = group;
    const seconds = (Math.max(...group.map(({ due }) => due)) - now()) / 1000;
    const ids = group.map(({ id }) => id);
    await outbox.queue.ring({ v: 2, messages: ids }, first.priority, seconds);
  }
  if (failures.length > 0) throw failures[0];
  return rows.length === 0 ? 'nothing' : 'deferred';
}

/** Rings of one priority that are due at about the same time. */
function groups(rings: readonly Ring[]): [Ring, ...Ring[]][] {
  const found: [Ring, ...Ring[]][] = [];
  for (const ring of rings.toSorted((a, b) => a.priority.localeCompare(b.priority) || a.due - b.due)) {
    const last = found.at(-1);
    if (last && last[0].priority === ring.priority && ring.due - last[0].due <= together * 1000) {
      last.push(ring);
    } else found.push([ring]);
  }
  return found;
}
