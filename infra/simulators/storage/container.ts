/** One container: its blobs in the order of their names, and the blocks staged for blobs to come. */
import type { BlobChange, BlockName } from './blobs.ts';
import { OrderedMap } from './ordered-map.ts';

/** Times in milliseconds since 1970. */
export interface Blob {
  /** In order; the id is empty when the blob was put in one piece. */
  readonly blocks: readonly (readonly [id: string, bytes: Buffer])[];
  /** Bytes. */
  readonly size: number;
  readonly at: number;
  readonly createdAt: number;
  /** Rises with every write: two in one millisecond have different ETags. */
  readonly version: number;
  readonly contentType: string;
  /** With the `x-ms-meta-` of the headers. */
  readonly metadata: Readonly<Record<string, string>>;
}

type Put = Extract<BlobChange, { readonly do: 'put blob' | 'put block list' }>;

export class Container {
  readonly at: number;
  readonly version = 0;
  readonly #blobs = new OrderedMap<Blob>();
  readonly #staged = new Map<string, Map<string, Buffer>>();
  #writes = 0;

  constructor(at: number) {
    this.at = at;
  }

  get(name: string): Blob | undefined {
    return this.#blobs.get(name);
  }

  stage(blob: string, block: string, bytes: Buffer): void {
    const blocks = this.#staged.get(blob) ?? new Map<string, Buffer>();
    this.#staged.set(blob, blocks.set(block, bytes));
  }

  /** A block that a block list may name. */
  block(blob: string, { from, id }: BlockName): Buffer | undefined {
    const staged = from === 'Committed' ? undefined : this.#staged.get(blob)?.get(id);
    if (staged || from === 'Uncommitted') return staged;
    return this.get(blob)?.blocks.find(([other]) => other === id)?.[1];
  }

  put({ blob, bytes, blocks = [], at, contentType, metadata }: Put): void {
    const content = bytes
      ? [['', bytes] as const]
      : blocks.map((block) => [block.id, this.block(blob, block) ?? Buffer.alloc(0)] as const);
    this.#blobs.set(blob, {
      blocks: content,
      size: content.reduce((sum, [, part]) => sum + part.length, 0),
      at,
      createdAt: this.get(blob)?.createdAt ?? at,
      version: ++this.#writes % 1000,
      contentType,
      metadata,
    });
    this.#staged.delete(blob);
  }

  delete(blob: string): void {
    this.#blobs.delete(blob);
    this.#staged.delete(blob);
  }

  /** `next`: the name with which the next page begins. */
  list(prefix: string, marker: string, most: number): { found: [string, Blob][]; next?: string } {
    const found: [string, Blob][] = [];
    for (const [name, blob] of this.#blobs.from(marker > prefix ? marker : prefix)) {
      if (!name.startsWith(prefix)) break;
      if (found.length === most) return { found, next: name };
      found.push([name, blob]);
    }
    return { found };
  }
}

/** The bytes from `start` up to, not including, `end`. */
export function readRange({ blocks }: Blob, start: number, end: number): Buffer {
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [, bytes] of blocks) {
    parts.push(bytes.subarray(Math.max(0, start - offset), Math.max(0, end - offset)));
    offset += bytes.length;
  }
  return Buffer.concat(parts);
}
