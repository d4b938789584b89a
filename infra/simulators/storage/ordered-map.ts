/**
 * A map that keeps its keys in the order of their UTF-16 code units: what tables (partition and row key) and containers (blob
 * name) are listed by. Sorted chunks, searched by halves: reading and writing stay quick with a million keys.
 */
const CHUNK = 512;

interface Chunk<V> {
  keys: string[];
  values: V[];
}

export class OrderedMap<V> {
  #chunks: Chunk<V>[] = [];

  get(key: string): V | undefined {
    const place = this.#find(key);
    return place.found ? place.chunk.values[place.index] : undefined;
  }

  set(key: string, value: V): void {
    if (this.#chunks.length === 0) this.#chunks.push({ keys: [], values: [] });
    const { found, chunk, index, at } = this.#find(key);
    if (found) {
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    if (chunk.keys.length <= CHUNK) return;
    // Keys mostly arrive in rising order: the last chunk is left full, the others are halved.
    const cut = at === this.#chunks.length - 1 && index === CHUNK ? CHUNK : CHUNK / 2;
    this.#chunks.splice(at + 1, 0, { keys: chunk.keys.splice(cut), values: chunk.values.splice(cut) });
  }

  delete(key: string): void {
    const { found, chunk, index, at } = this.#find(key);
    if (!found) return;
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
  }

  /** The entries from `lower` on, in order. The map must not change meanwhile. */
  *from(lower: string): Generator<readonly [key: string, value: V]> {
    const start = this.#find(lower);
    for (let at = start.at; at < this.#chunks.length; at++) {
      const { keys, values } = this.#chunks[at]!;
      for (let i = at === start.at ? start.index : 0; i < keys.length; i++) yield [keys[i]!, values[i]!];
    }
  }

  /** Where `key` is or would have to be. */
  #find(key: string): { found: boolean; chunk: Chunk<V>; index: number; at: number } {
    const at = Math.max(0, firstWhere(this.#chunks.length, (i) => this.#chunks[i]!.keys[0]! > key) - 1);
    const chunk = this.#chunks[at] ?? { keys: [], values: [] };
    const index = firstWhere(chunk.keys.length, (i) => chunk.keys[i]! >= key);
    return { found: chunk.keys[index] === key, chunk, index, at };
  }
}

/** The first of 0…length-1 for which `holds` (false, then true) is true; `length` when there is none. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
