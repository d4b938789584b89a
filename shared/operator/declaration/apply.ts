/**
 * Writes what a declaration changes, entry by entry, each only if nobody else has changed it meanwhile.
 */
import type { Author } from '../../audit/event.ts';
import { ok, type Problem, type Result } from '../../platform/problem.ts';
import { tagOf } from '../document.ts';
import type { Shelf } from '../shelf.ts';
import type { Difference } from './compare.ts';
import type { DeclaredKind } from './read.ts';

/** What did not go as planned. */
export interface Unapplied {
  readonly kind: DeclaredKind;
  readonly id: string;
  readonly problem: Problem;
}

/**
 * Writes. What is refused does not keep the rest from being written; doing it again does what is left.
 *
 * @throws RestError when storage cannot be reached; what was written before stays.
 */
export async function applyDifferences(
  shelves: Readonly<Record<DeclaredKind, Shelf>>,
  author: Author,
  differences: readonly Difference[],
): Promise<readonly Unapplied[]> {
  const unapplied: Unapplied[] = [];
  for (const difference of differences) {
    const { kind, id } = difference;
    const done = await applyOne(shelves[kind], author, difference);
    if (!done.ok) unapplied.push({ kind, id, problem: done.problem });
  }
  return unapplied;
}

async function applyOne(shelf: Shelf, author: Author, difference: Difference): Promise<Result<unknown>> {
  switch (difference.change) {
    case 'unchanged':
      return ok(undefined);
    case 'added':
      return await shelf.put(author, difference.id, bytesOf(difference.after), { noneMatch: '*' });
    case 'changed':
      return await shelf.put(author, difference.id, bytesOf(difference.after), {
        match: tagOf(difference.entry),
      });
    case 'removed':
      return await shelf.remove(author, difference.id, { match: tagOf(difference.entry) });
  }
}

const bytesOf = (document: object): Uint8Array => Buffer.from(JSON.stringify(document));
