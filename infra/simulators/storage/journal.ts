/**
 * The append-only log of changes. Nothing is answered before everything that the answer could have seen is on disk: `settled`
 * waits for one fsync that covers all changes waiting at that moment (group commit).
 *
 * A record is its length (4 bytes), the CRC-32 of its content (4 bytes, both little-endian) and its content, written by
 * node:v8. The log is read at start and never shortened, except by a torn last record: what was never acknowledged.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

export interface Journal<C> {
  append(change: C): void;
  /**
   * Resolves when everything appended so far is on disk.
   * Rejects with the system's error when the disk fails, and from then on always.
   */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const HEAD = 8;
const READ = 1024 * 1024;

/** Opens or creates the log and hands every change in it to `apply`, in order. */
export async function openJournal<C>(file: string, apply: (change: C) => void): Promise<Journal<C>> {
  const handle = await open(file, 'a+');
  let end = 0;
  for await (const content of records(handle)) {
    apply(deserialize(content) as C);
    end += HEAD + content.length;
  }
  await handle.truncate(end);

  let waiting: Buffer[] = [];
  let round: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    await handle.appendFile(batch.length === 1 ? batch[0]! : Buffer.concat(batch));
    await handle.datasync();
  };
  /** The next round begins when the one under way has ended, and takes all that waits by then. */
  let next: Promise<void> | undefined;
  const settled = (): Promise<void> => {
    if (waiting.length === 0) return round ?? Promise.resolve();
    next ??= (round ?? Promise.resolve()).then(() => {
      round = next;
      next = undefined;
      return write();
    });
    return next;
  };
  return {
    append(change) {
      const content = serialize(change);
      const head = Buffer.allocUnsafe(HEAD);
      head.writeUInt32LE(content.length);
      head.writeUInt32LE(crc32(content), 4);
      waiting.push(head, content);
    },
    settled,
    async close() {
      await settled();
      await handle.close();
    },
  };
}

/** A journal that keeps nothing. */
export const noJournal: Journal<unknown> = {
  append() {},
  settled: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** The contents of the whole records; ends at the first that is not. */
async function* records(handle: FileHandle): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let position = 0;
  const fill = async (length: number): Promise<boolean> => {
    while (held.length < length) {
      const chunk = Buffer.allocUnsafe(Math.max(READ, length - held.length));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return false;
      position += bytesRead;
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
    }
    return true;
  };
  while (await fill(HEAD)) {
    const length = held.readUInt32LE(0);
    const sum = held.readUInt32LE(4);
    // A length of 0 is what a file system leaves behind that had made room and lost the content.
    if (length === 0 || !(await fill(HEAD + length))) return;
    const content = held.subarray(HEAD, HEAD + length);
    if (crc32(content) !== sum) return;
    held = held.subarray(HEAD + length);
    yield content;
  }
}
