/**
 * A strict reader of Structured Fields (RFC 9651 §4.2): lists of items with parameters, without inner lists, dates and display strings. It
 * knows the algorithm of the standard and nothing of our headers.
 */

export type Bare = string | number | boolean | { readonly token: string } | Uint8Array;

export interface Item {
  readonly value: Bare;
  readonly parameters: ReadonlyMap<string, Bare>;
}

/** §4.2.1. @throws Error where a conforming reader fails. */
export function parseList(text: string): readonly Item[] {
  const reader = new Reader(text);
  const items: Item[] = [];
  reader.skip(/ */y);
  while (!reader.done) {
    items.push(reader.item());
    reader.skip(/[ \t]*/y);
    if (reader.done) return items;
    reader.must(/,/y, 'a comma');
    reader.skip(/[ \t]*/y);
    if (reader.done) throw new Error('a comma at the end');
  }
  return items;
}

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.replace(/ *$/, '');
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  must(pattern: RegExp, what: string): string {
    const found = this.skip(pattern);
    if (found === '') throw new Error(`no ${what} at ${this.#at} of ${this.#text}`);
    return found;
  }

  /** §4.2.3 */
  item(): Item {
    const value = this.bare();
    const parameters = new Map<string, Bare>();
    while (this.skip(/;/y)) {
      this.skip(/ */y);
      const key = this.must(/[a-z*][a-z0-9_.*-]*/y, 'key');
      parameters.set(key, this.skip(/=/y) ? this.bare() : true);
    }
    return { value, parameters };
  }

  /** §4.2.3.1 */
  bare(): Bare {
    const next = this.#text.charAt(this.#at);
    if (/[-0-9]/.test(next)) return this.number();
    if (next === '"') {
      const quoted = this.must(/"(?:[ !#-[\]-~]|\\["\\])*"/y, 'string');
      return quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
    }
    if (next === '?') return this.must(/\?[01]/y, 'boolean') === '?1';
    if (next === ':') return Buffer.from(this.must(/:[A-Za-z0-9+/=]*:/y, 'bytes').slice(1, -1), 'base64');
    return { token: this.must(/[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y, 'token') };
  }

  /** §4.2.4: an integer has 15 digits at most, a decimal 12 and three. */
  number(): number {
    const digits = this.must(/-?\d+(?:\.\d+)?/y, 'number');
    if (!/^-?(?:\d{1,15}|\d{1,12}\.\d{1,3})$/.test(digits)) throw new Error(`${digits} is out of range`);
    return Number(digits);
  }
}
