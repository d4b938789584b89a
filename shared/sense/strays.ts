/**
 * What is remembered of hooks that have nothing to do with it any more, since they were removed, were made anew for another submitter,
 * or were changed. It goes when nobody has written it for a day, so that no instance takes a hook for gone that another one has just
 * learnt of.
 *
 * Storms see to their own end (storm-control.ts), since what they hold has to be told. Bounded: what a pass leaves the next one finds.
 */
import type { Hook } from '../access/hook.ts';
import { filesPrefix } from './held-files.ts';
import type { AlertLedger } from './ledger.ts';
import { remembers } from './open-alert.ts';
import { openPrefix } from './open-alerts.ts';
import { callsPartition } from './silence.ts';
import { namedFiles } from './storm-control.ts';

/** How long it is kept, in milliseconds. */
const keptFor = 86_400_000;

/** Rows that a pass removes at most, and partitions that it looks at. */
const mostRows = 500;
const mostPartitions = 2000;

/** Removes it. Any number of instances may do so at once. @returns how many rows went. */
export async function clearStrays(ledger: AlertLedger, hooks: readonly Hook[], now: Date): Promise<number> {
  const before = new Date(now.getTime() - keptFor);
  const mine = new Map(hooks.map((hook) => [`${hook.name}.${hook.submitter}`, hook]));
  let removed = 0;
  const clear = async (partition: string, isStray: (row: string) => boolean): Promise<number> => {
    let count = 0;
    for (const { row, etag } of await ledger.untouched(partition, before)) {
      if (removed + count >= mostRows) break;
      if (isStray(row) && (await ledger.remove(partition, row, etag))) count++;
    }
    return count;
  };

  const expecting = new Set(
    hooks.flatMap(({ name, expectEvery }) => (expectEvery === undefined ? [] : [name])),
  );
  removed += await clear(callsPartition, (row) => !expecting.has(row));
  for (const prefix of [openPrefix, filesPrefix]) {
    let partition = await ledger.nextPartition(prefix);
    for (let i = 0; partition !== undefined && removed < mostRows && i < mostPartitions; i++) {
      const whose = partition.slice(prefix.length);
      if (prefix === filesPrefix) {
        // A file that comes later than the digest of its call is named by no row.
        const [name = '', submitter = ''] = whose.split('.');
        const named = await namedFiles(ledger, { name, submitter });
        removed += await clear(partition, (row) => !named.has(row));
      } else {
        const hook = mine.get(whose);
        if (!hook || !remembers(hook)) removed += await clear(partition, () => true);
      }
      partition = await ledger.nextPartition(prefix, partition);
    }
  }
  return removed;
}
