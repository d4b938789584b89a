/**
 * Files of alerts that are held: a few small ones wait with them for the digest. What a digest can carry is what Graph takes in one
 * request, and what a storm may leave in storage is bounded by the same numbers.
 *
 * A partition for each hook, a row for each file, whose name says how large it is: so who holds a call sees from the names how
 * much room is left. The call's own row is written first and names its files; a file that is not there after all is one that is
 * not attached, and the digest says so.
 */
import type { Hook } from '../access/hook.ts';
import type { AlertFile } from '../alerts/alert.ts';
import { cut } from '../alerts/letter/clean.ts';
import type { AlertLedger } from './ledger.ts';

/** A file that is kept. */
export interface KeptFile {
  /** Name of its row. */
  readonly row: string;
  readonly filename: string;
  readonly contentType: string;
}

/** A file that is not. Sizes are in bytes. */
export interface LeftFile {
  readonly filename: string;
  readonly size: number;
  readonly why: 'large' | 'many';
}

/** What becomes of the files of a call. */
export interface FilePlan {
  readonly kept: readonly KeptFile[];
  readonly left: readonly LeftFile[];
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

type Whose = Pick<Hook, 'name' | 'submitter'>;

/** Bytes of one file, what a row holds; files of one hook, and their bytes together. */
export const fileRoom = { each: 700 * 1024, files: 10, all: 2 * 1024 * 1024 };

/** What the names of their partitions begin with. */
export const filesPrefix = 'files-';

const partitionOf = ({ name, submitter }: Whose): string => `${filesPrefix}${name}.${submitter}`;

const nothing: FilePlan = { kept: [], left: [], bytes: new Map() };

/**
 * Finds room for the files of a call. Writes nothing; one request where there are files, none where there are not.
 *
 * @param print of the call: the same when it is repeated.
 */
export async function planFiles(
  ledger: AlertLedger,
  whose: Whose,
  files: readonly AlertFile[],
  print: string,
): Promise<FilePlan> {
  if (files.length === 0) return nothing;
  const others = (await ledger.names(partitionOf(whose))).filter((row) => !row.startsWith(`${print}-`));
  let room = {
    files: fileRoom.files - others.length,
    all: fileRoom.all - others.reduce((sum, row) => sum + Number(row.split('-').at(-1)), 0),
  };
  const [kept, left, bytes] = [[] as KeptFile[], [] as LeftFile[], new Map<string, Uint8Array>()];
  for (const [i, file] of files.entries()) {
    const size = file.bytes.length;
    const filename = cut(file.filename, 80).text;
    const why = size > fileRoom.each ? 'large' : room.files < 1 || room.all < size ? 'many' : undefined;
    if (why) {
      left.push({ filename, size, why });
      continue;
    }
    room = { files: room.files - 1, all: room.all - size };
    const row = `${print}-${i}-${size}`;
    kept.push({ row, filename, contentType: file.contentType.slice(0, 80) });
    bytes.set(row, file.bytes);
  }
  return { kept, left, bytes };
}

/** Writes them. */
export async function keepFiles(ledger: AlertLedger, whose: Whose, { bytes }: FilePlan): Promise<void> {
  for (const [row, content] of bytes) await ledger.keepFile(partitionOf(whose), row, content);
}

/** Reads those that are there. */
export async function openFiles(
  ledger: AlertLedger,
  whose: Whose,
  kept: readonly KeptFile[],
): Promise<readonly AlertFile[]> {
  const files: AlertFile[] = [];
  for (const { row, filename, contentType } of kept) {
    const bytes = await ledger.fileOf(partitionOf(whose), row);
    if (bytes) files.push({ filename, contentType, bytes });
  }
  return files;
}

/** Removes files. @param kept all of the hook when left out. */
export async function dropFiles(
  ledger: AlertLedger,
  whose: Whose,
  kept?: readonly KeptFile[],
): Promise<void> {
  const partition = partitionOf(whose);
  const rows = kept ? kept.map(({ row }) => row) : await ledger.names(partition);
  for (const row of rows) await ledger.remove(partition, row, '*');
}
