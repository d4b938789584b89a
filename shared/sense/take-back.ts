/**
 * What a call writes down before its mail is accepted, and what stands there instead when it is refused: nobody has been told then.
 *
 * Written down first, since an instance may die in between, and then the memory has to know too much and not too little. For the same
 * reason it is taken back only where nobody has written since: another instance may have told the same by then, and have found
 * nothing to add.
 */
import type { AlertLedger } from './ledger.ts';

/** A row as a call wrote it. */
export interface Written {
  readonly partition: string;
  readonly row: string;
  readonly etag: string;
  /** What it holds when nobody has been told; absent when there is no such row. */
  readonly untold?: string;
}

/** Takes back what a call wrote; one request for each row. */
export async function takeBack(
  ledger: Pick<AlertLedger, 'write' | 'remove'>,
  written: readonly Written[],
): Promise<void> {
  for (const { partition, row, etag, untold } of written) {
    if (untold === undefined) await ledger.remove(partition, row, etag);
    else await ledger.write(partition, row, untold, etag);
  }
}
