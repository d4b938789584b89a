/**
 * The grammar of JSON (RFC 8259) over bytes, building nothing: it only finds the first fault and where the long strings stand.
 *
 * Recursive descent; the depth limit keeps the recursion small. Each method returns whether it went well, and leaves `at` behind
 * what it read or at the fault.
 */

/** What a document may cost. */
export interface JsonLimits {
  /** Levels of objects and arrays. */
  readonly depth: number;
  /** Keys in the whole document. */
  readonly keys: number;
  /** Values in the whole document: objects, arrays, strings, numbers, literals. */
  readonly values: number;
  /** Bytes above which a string value is lifted out. */
  readonly longText: number;
}

/** A string value that is too long to become a JavaScript string. */
export interface LiftedString {
  /** Keys and indices from the root. */
  readonly path: readonly (string | number)[];
  /** Offset of the first byte inside the quotes. */
  readonly start: number;
  /** Offset of the closing quote. */
  readonly end: number;
  /** Whether a backslash stands between them. */
  readonly escaped: boolean;
}

/** The first fault. */
export interface JsonFault {
  /** Offset in bytes. */
  readonly at: number;
  /** Without full stop; quotes nothing of the document but keys. */
  readonly sentence: string;
}

/** Keys that reach for an object's prototype in careless code. No field, header or metadata of ours has such a name. */
const dangerousKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Most bytes of a key. */
const keyLimit = 1024;

/** Why a byte ends the fast walk through a string: 1 for a quote, a backslash or a control character. */
const stops = new Uint8Array(256);
stops.fill(1, 0, 0x20);
stops[0x22] = 1;
stops[0x5c] = 1;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];

/** One scan over one text. */
export class JsonScanner {
  /** The long string values found, in the order of the text. */
  readonly lifted: LiftedString[] = [];
  readonly #text: Buffer;
  readonly #limits: JsonLimits;
  readonly #path: (string | number)[] = [];
  #at = 0;
  #keys = 0;
  #values = 0;
  /** Whether the string just read holds a backslash. */
  #escaped = false;
  #fault: JsonFault | undefined;

  /** @param text UTF-8, checked. */
  constructor(text: Buffer, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  /** Scans the whole text. */
  scan(): JsonFault | undefined {
    if (this.#value(0)) {
      this.#space();
      if (this.#at < this.#text.length) this.#fail('There is more text after the end of the JSON value');
    }
    return this.#fault;
  }

  #value(depth: number): boolean {
    this.#space();
    const from = this.#at;
    if (++this.#values > this.#limits.values) {
      return this.#fail(`The document has more than ${this.#limits.values} values`);
    }
    switch (this.#text[from] ?? 0) {
      case quote:
        return this.#string() && this.#lift(from);
      case 0x7b:
        return this.#enter(depth) && this.#object(depth + 1);
      case 0x5b:
        return this.#enter(depth) && this.#array(depth + 1);
      case 0x74:
        return this.#word('true');
      case 0x66:
        return this.#word('false');
      case 0x6e:
        return this.#word('null');
      default:
        return this.#number();
    }
  }

  #enter(depth: number): boolean {
    if (depth < this.#limits.depth) return true;
    return this.#fail(`The document is nested more than ${this.#limits.depth} levels deep`);
  }

  #object(depth: number): boolean {
    const keys = new Set<string>();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === 0x7d) return this.#skip();
    for (;;) {
      const key = this.#key(keys);
      if (key === undefined) return false;
      this.#space();
      if (this.#text[this.#at] !== colon) return this.#fail('A colon is missing after the key');
      this.#at++;
      this.#path.push(key);
      if (!this.#value(depth)) return false;
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next === 0x7d) return this.#skip();
      if (next !== comma) return this.#fail('A comma or "}" is missing');
      this.#at++;
      this.#space();
    }
  }

  #key(keys: Set<string>): string | undefined {
    const from = this.#at;
    if (this.#text[from] !== quote) {
      this.#fail('A key in double quotes is missing');
      return undefined;
    }
    if (!this.#string()) return undefined;
    const end = this.#at;
    this.#at = from;
    if (end - from > keyLimit) {
      this.#fail(`A key is longer than ${keyLimit} bytes`);
      return undefined;
    }
    const raw = this.#text.toString('utf8', from + 1, end - 1);
    const key = this.#escaped ? String(JSON.parse(`"${raw}"`)) : raw;
    if (dangerousKeys.has(key)) this.#fail(`The key "${key}" is not taken anywhere`);
    else if (keys.has(key)) this.#fail('The same key stands twice in one object');
    else if (++this.#keys > this.#limits.keys) {
      this.#fail(`The document has more than ${this.#limits.keys} keys`);
    }
    if (this.#fault) return undefined;
    keys.add(key);
    this.#at = end;
    return key;
  }

  #array(depth: number): boolean {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === 0x5d) return this.#skip();
    for (let index = 0; ; index++) {
      this.#path.push(index);
      if (!this.#value(depth)) return false;
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next === 0x5d) return this.#skip();
      if (next !== comma) return this.#fail('A comma or "]" is missing');
      this.#at++;
    }
  }

  /** Reads a string, from its opening quote to behind the closing one. */
  #string(): boolean {
    const text = this.#text;
    const length = text.length;
    const from = this.#at;
    let at = from + 1;
    this.#escaped = false;
    for (;;) {
      while (at < length && stops[text[at] ?? 0] === 0) at++;
      const byte = text[at];
      if (byte === quote) {
        this.#at = at + 1;
        return true;
      }
      if (byte === undefined) return this.#fail('A string is not closed');
      this.#at = at;
      if (byte !== backslash) {
        return this.#fail('A control character stands in a string; write it as an escape such as \\n');
      }
      this.#escaped = true;
      at = this.#escape(at);
      if (at < 0) return false;
    }
  }

  /** Reads one escape, or a pair of them for a character outside the BMP; the offset behind it, or −1. */
  #escape(at: number): number {
    const kind = this.#text[at + 1];
    if (kind !== 0x75) {
      if (kind !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(kind))) return at + 2;
      this.#fail('A backslash must be followed by one of " \\ / b f n r t u');
      return -1;
    }
    const unit = this.#hex(at + 2);
    if (unit < 0) {
      this.#fail('\\u must be followed by four hexadecimal digits');
      return -1;
    }
    if (unit < 0xd800 || unit > 0xdfff) return at + 6;
    const paired = unit < 0xdc00 && this.#text[at + 6] === backslash && this.#text[at + 7] === 0x75;
    const low = paired ? this.#hex(at + 8) : -1;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
    this.#fail('A surrogate stands alone; write both halves of the character, or the character itself');
    return -1;
  }

  #hex(at: number): number {
    const digits = this.#text.toString('latin1', at, at + 4);
    return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  }

  /** Remembers the string just read, which began at `from`, when it is too long to become a JavaScript string. */
  #lift(from: number): boolean {
    const start = from + 1;
    const end = this.#at - 1;
    if (end - start > this.#limits.longText) {
      this.lifted.push({ path: [...this.#path], start, end, escaped: this.#escaped });
    }
    return true;
  }

  #word(word: string): boolean {
    if (this.#text.toString('latin1', this.#at, this.#at + word.length) !== word) return this.#noValue();
    this.#at += word.length;
    return true;
  }

  #number(): boolean {
    const text = this.#text;
    let at = this.#at;
    if (text[at] === 0x2d) at++;
    const whole = this.#digits(at);
    if (whole === at) return this.#noValue();
    if (text[at] === 0x30 && whole > at + 1) return this.#fail('A number must not begin with 0');
    at = whole;
    if (text[at] === 0x2e) {
      const end = this.#digits(at + 1);
      if (end === at + 1) return this.#fail('A digit is missing after the decimal point');
      at = end;
    }
    if (text[at] === 0x65 || text[at] === 0x45) {
      const sign = text[at + 1] === 0x2b || text[at + 1] === 0x2d ? 1 : 0;
      const end = this.#digits(at + 1 + sign);
      if (end === at + 1 + sign) return this.#fail('A digit is missing in the exponent');
      at = end;
    }
    this.#at = at;
    return true;
  }

  /** Offset behind the digits that begin at `at`. */
  #digits(at: number): number {
    const text = this.#text;
    while ((text[at] ?? 0) >= 0x30 && (text[at] ?? 0) <= 0x39) at++;
    return at;
  }

  #noValue(): boolean {
    if (this.#at >= this.#text.length) return this.#fail('The document ends where a value is missing');
    return this.#fail('A value is missing: a string in double quotes, a number, true, false, null, { or [');
  }

  #skip(): boolean {
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const byte = this.#text[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at++;
    }
  }

  #fail(sentence: string): boolean {
    this.#fault ??= { at: this.#at, sentence };
    return false;
  }
}
