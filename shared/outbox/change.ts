/**
 * Changing a message from outside its delivery: look at the row, decide, write; when somebody else was first, look again.
 *
 * Every change races with the workers, and with every other change, for the row: each is one write guarded by its ETag, so one of
 * them wins, and the others decide anew about what they find then.
 */
import type { Outbox } from './outbox.ts';
import type { Change, HeldRecord } from './record.ts';

/** What is to become of a message. */
export type Decided<Refusal> =
  | {
      readonly kind: 'change';
      readonly change: Change;
      /** Drops the content as well. */
      readonly purge?: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What became of it. */
export type Changed<Refusal> =
  /** The row as it stands then. */
  | { readonly kind: 'changed'; readonly record: HeldRecord }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'missing' };

/**
 * Changes a message.
 *
 * @param decide is asked again for every version of the row that it turns out to have.
 * @throws RestError when storage cannot be reached.
 */
export async function change<Refusal>(
  outbox: Outbox,
  id: string,
  decide: (record: HeldRecord) => Decided<Refusal>,
): Promise<Changed<Refusal>> {
  for (;;) {
    const record = await outbox.records.get(id);
    if (!record) return { kind: 'missing' };
    const decided = decide(record);
    if (decided.kind === 'refused') return decided;
    const changed = await outbox.records.update(record, decided.change, decided.purge);
    if (!changed) continue;
    if (decided.purge && record.content) await outbox.contents.remove(record.content);
    return { kind: 'changed', record: changed };
  }
}
