/**
 * When a key or a submitter was last used, to the hour: an administrator who revokes a key wants to know whether anybody will miss it.
 *
 * Written at most once an hour for each by each instance, beside the request and never in its way: what cannot be written is left out.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Collection, Kind } from './collection.ts';

/** One entry of the table `PostriderUses`. */
export interface LastUse {
  /** Name of the submitter or operator. */
  readonly holder: string;
  /** The key; absent when something else spoke for the holder. */
  readonly keyId?: string;
  readonly at: Date;
}

/** How the entries are stored. A key id and a name may be the same word. */
export const lastUseKind: Kind<LastUse> = {
  partition: 'use',
  idOf: ({ holder, keyId }) => (keyId === undefined ? `holder:${holder}` : `key:${keyId}`),
};

/** The book of uses. */
export interface LastUses {
  /** Notes a use; returns at once and never fails. */
  note(holder: string, keyId: string | undefined): void;
  /** All that was noted by any instance. @throws RestError */
  list(): Promise<LastUse[]>;
  /** Waits for what is being written. */
  settled(): Promise<void>;
}

/** Milliseconds between two writes for the same key. */
const interval = 3_600_000;

/** Opens the book. */
export function openLastUses(uses: Collection<LastUse>, clock: Clock, log: Log): LastUses {
  const noted = new Map<string, number>();
  const writing = new Set<Promise<void>>();
  const write = async (use: LastUse): Promise<void> => {
    try {
      await uses.put(use);
    } catch (error) {
      const code = (error as { code?: string }).code ?? 'no code';
      log('warn', 'access.use-not-noted', { reason: code });
    }
  };
  return {
    note(holder, keyId) {
      const at = clock.now();
      const use: LastUse = { holder, ...(keyId === undefined ? {} : { keyId }), at };
      const id = lastUseKind.idOf(use);
      const before = noted.get(id);
      if (before !== undefined && Math.abs(at.getTime() - before) < interval) return;
      noted.set(id, at.getTime());
      const written = write(use).finally(() => writing.delete(written));
      writing.add(written);
    },
    list: () => uses.list(),
    async settled() {
      await Promise.all(writing);
    },
  };
}
