/**
 * Where requests wait for the bridge: a folder with one file each, whose names are in the order of arrival.
 *
 * A file is written under another name, brought to the disk and renamed, so that whatever dies at whatever moment leaves a whole request or
 * none. What the bridge refuses for good moves to `failed/`; whoever moves it back has it sent again.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { decode, encode, type Parcel } from './parcel.ts';

/** A request that waits. */
export interface Waiting {
  readonly name: string;
  /** Undefined when the file is none of ours, or damaged. */
  readonly parcel: Parcel | undefined;
}

/** The spool. Methods reject with the error of the file system. */
export interface Spool {
  /** Keeps a request; when it resolves, the request survives a power cut. @returns false when there is no room. */
  add(parcel: Parcel): Promise<boolean>;
  /** The oldest; undefined when none waits. */
  oldest(): Promise<Waiting | undefined>;
  /** Forgets one that was taken. */
  remove(name: string): Promise<void>;
  /** Sets one aside, with the reason in a file beside it. */
  setAside(name: string, reason: string): Promise<void>;
  readonly count: number;
}

/** Names that count: `000000000012.request`. */
const pattern = /^(\d{12})\.request$/;

/**
 * Opens a spool, and clears away what a process that died had not finished writing.
 *
 * @param folder is made when there is none.
 * @param most bytes of all files, those that were set aside included.
 */
export async function openSpool(folder: string, most: number): Promise<Spool> {
  const aside = path.join(folder, 'failed');
  await mkdir(aside, { recursive: true, mode: 0o700 });
  const found = await readdir(folder);
  for (const name of found.filter((one) => one.endsWith('.part'))) await rm(path.join(folder, name));
  const order = found.filter((one) => pattern.test(one)).sort();
  const sizes = new Map<string, number>();
  for (const name of order) sizes.set(name, (await stat(path.join(folder, name))).size);
  let asideBytes = 0;
  for (const name of await readdir(aside)) asideBytes += (await stat(path.join(aside, name))).size;
  let used = [...sizes.values()].reduce((sum, size) => sum + size, asideBytes);
  // A number that was used must not come again while its file lies in failed/.
  let next = Math.max(0, ...[order.at(-1) ?? '', ...(await readdir(aside))].map(numberOf)) + 1;
  const forget = (name: string) => {
    sizes.delete(name);
    const at = order.indexOf(name);
    if (at >= 0) order.splice(at, 1);
  };

  return {
    get count() {
      return order.length;
    },
    async add(parcel) {
      const bytes = encode(parcel);
      if (used + bytes.length > most) return false;
      used += bytes.length;
      const name = `${String(next++).padStart(12, '0')}.request`;
      const part = path.join(folder, `${randomUUID()}.part`);
      try {
        await writeDurably(part, bytes);
        await rename(part, path.join(folder, name));
        await syncFolder(folder);
      } catch (error) {
        used -= bytes.length;
        await rm(part, { force: true });
        throw error;
      }
      sizes.set(name, bytes.length);
      const later = order.at(-1);
      order.push(name);
      // One that came before may be on the disk after it.
      if (later !== undefined && later > name) order.sort();
      return true;
    },
    async oldest() {
      const [name] = order;
      if (name === undefined) return undefined;
      return { name, parcel: decode(await readFile(path.join(folder, name))) };
    },
    async remove(name) {
      await rm(path.join(folder, name), { force: true });
      used -= sizes.get(name) ?? 0;
      forget(name);
    },
    async setAside(name, reason) {
      const note = Buffer.from(`${reason}\n`);
      await writeDurably(path.join(aside, `${name}.answer`), note);
      await rename(path.join(folder, name), path.join(aside, name));
      await syncFolder(folder);
      used += note.length;
      forget(name);
    },
  };
}

const numberOf = (name: string): number => Number(pattern.exec(name)?.[1] ?? 0);

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name is on the disk when its folder is. Windows syncs no folders, and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
