/**
 * Housekeeping: what has been kept for long enough goes. Content of messages that were not sent and that nobody has replayed,
 * records of messages that have come to their end, and blobs that no record names.
 *
 * Safe to run on several instances at once: rows change and go by compare-and-swap, and a replay at the same time wins or finds
 * out. Bounded: what a pass leaves the next one finds, since what is done is no longer found.
 *
 * What a pass costs, in storage requests: 16 queries each for content and records, which look only at rows old enough to matter;
 * two for each content and one for each record that goes; one for each 5,000 blobs, and with blobs older than a day 16 more, which
 * look at every row. At a million messages a month that is about 1,400 deletions an hour.
 */
import { firstIdAt, partitions } from '../platform/id.ts';
import { append, keptStates } from '../reporting/event.ts';
import { change } from './change.ts';
import type { Outbox } from './outbox.ts';

/** How long things are kept after a message's end, in seconds. */
export interface Retention {
  /** Content of messages that were not sent. */
  readonly content: number;
  /** Records. Never less than a day, since a record is also that of an Idempotency-Key. */
  readonly record: number;
}

/** What a pass removed. */
export interface HousekeepingReport {
  /** Contents of messages that can no longer be replayed. */
  readonly contents: number;
  readonly records: number;
  /** Blobs that belonged to no message. */
  readonly blobs: number;
}

/** How old a blob is before it may be an orphan, and a record before it may go, in seconds. */
const day = 86_400;

/** How long the mark of a cancelled batch stays at least, in seconds: longer than a message may be scheduled ahead. */
const batchAge = 32 * day;

/** Most contents, and most records, that go in one partition and pass. */
const perPartition = 1000;

/** Most pages of 5,000 blobs that a pass looks at. */
const pagesPerPass = 20;

/** A pass. @throws RestError when storage cannot be reached; the next pass goes on. */
export type Housekeeping = (now: Date) => Promise<HousekeepingReport>;

/** Makes the housekeeping of a process, which remembers how far it has come with the blobs. */
export function createHousekeeping(outbox: Outbox, retention: Retention): Housekeeping {
  let mark: string | undefined;
  return async (now) => {
    const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
    const contents = await sum((partition) => purgeContents(outbox, partition, ago(retention.content), now));
    const records = await sum((partition) =>
      removeRecords(outbox, partition, ago(Math.max(retention.record, day))),
    );
    await outbox.batches.removeBefore(ago(Math.max(retention.record, batchAge)));
    let blobs = 0;
    for (let page = 0; page < pagesPerPass; page++) {
      const { names, next } = await outbox.contents.names(mark);
      const old = names.filter((name) => name < firstIdAt(ago(day)));
      blobs += await removeOrphans(outbox, old);
      // They come in the order of their age: behind one that is young there are only younger ones.
      mark = old.length < names.length ? undefined : next;
      if (mark === undefined) break;
    }
    return { contents, records, blobs };
  };
}

async function sum(count: (partition: string) => Promise<number>): Promise<number> {
  const counts = await Promise.all(partitions.map(count));
  return counts.reduce((total, one) => total + one, 0);
}

async function purgeContents(outbox: Outbox, partition: string, before: Date, now: Date): Promise<number> {
  let count = 0;
  for (const id of await outbox.ledger.keptContents(partition, before, perPartition)) {
    const purged = await change(outbox, id, ({ state, endedAt, content, events }) => {
      const due = keptStates.includes(state) && content && endedAt && endedAt < before;
      if (!due) return { kind: 'refused', refusal: undefined };
      const event = { at: now.toISOString(), event: 'content-purged' } as const;
      return { kind: 'change', change: { events: append(events, event) }, purge: true };
    });
    if (purged.kind === 'changed') count++;
  }
  return count;
}

async function removeRecords(outbox: Outbox, partition: string, before: Date): Promise<number> {
  let count = 0;
  for (const row of await outbox.ledger.ended(partition, before, perPartition)) {
    if (!(await outbox.ledger.remove(row))) continue;
    count++;
    // After the row, so that a message replayed at the same time keeps its content.
    if (row.blob !== undefined) await outbox.contents.remove({ at: 'blob', name: row.blob, size: 0 });
  }
  return count;
}

/** A blob is written just before its row, within one request: what no row names a day later is left over from a crash. */
async function removeOrphans(outbox: Outbox, names: readonly string[]): Promise<number> {
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const named = await Promise.all(
    partitions.map((partition) => outbox.ledger.blobsNamed(partition, first, last)),
  );
  const living = new Set(named.flat());
  const orphans = names.filter((name) => !living.has(name));
  for (const name of orphans) await outbox.contents.remove({ at: 'blob', name, size: 0 });
  return orphans.length;
}
