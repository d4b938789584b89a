/**
 * JSON as tools send it: the strict reader of submissions (shared/submission/json.ts) tells a programmer what is wrong; a hook gets its
 * body from a template that nobody can be asked to mend at three in the morning.
 *
 * Taken beyond RFC 8259: raw line breaks and unescaped quotes in strings, single quotes, trailing commas, comments to the end of the
 * line, bare keys and words, `NaN`, `None`, a missing value, a text that breaks off, several documents one after the other (JSON
 * lines). Of a repeated key the last counts. Integers beyond 2^53 become strings, so that ids keep their digits.
 */

/** What became of a text. */
export interface TolerantJson {
  /** Objects have no prototype. Of several documents an array. */
  readonly value: unknown;
  /** Whether all of the text was understood. */
  readonly complete: boolean;
  /** Share of the text that was understood, 0 to 1. */
  readonly share: number;
}

/** Levels of objects and arrays; below that a text counts as broken. */
const depthLimit = 64;

/** Objects, arrays and scalars that are built; what follows is left. */
const nodeLimit = 100_000;

/** Documents in JSON lines. */
const documentLimit = 1000;

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['True', true],
  ['False', false],
  ['None', null],
  ['undefined', null],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['-Infinity', '-Infinity'],
]);

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Reads JSON or what was meant to be it. Never throws; linear in the length.
 *
 * @param text without byte order mark, or with it.
 * @returns undefined when the text holds no value at all.
 */
export function readTolerantJson(text: string): TolerantJson | undefined {
  const reader = new Reader(text);
  const first = reader.document();
  if (first === undefined) return undefined;
  const documents = [first.value];
  while (!reader.broken && documents.length < documentLimit) {
    const mark = reader.at;
    const next = reader.follows() ? reader.document() : undefined;
    if (next === undefined) {
      reader.at = mark;
      break;
    }
    documents.push(next.value);
  }
  const complete = !reader.broken && reader.atEnd();
  const share = complete || reader.full ? 1 : reader.at / text.length;
  return { value: documents.length === 1 ? first.value : documents, complete, share };
}

/** A document that is there may be null, hence the wrapper. */
interface Found {
  readonly value: unknown;
}

class Reader {
  at = 0;
  /** The text stopped making sense at `at`. */
  broken = false;
  /** The limit of nodes was reached. */
  full = false;
  readonly #text: string;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  document(): Found | undefined {
    this.#space();
    return this.#value(0);
  }

  /** Whether another document begins here: only objects and arrays follow each other. */
  follows(): boolean {
    this.#space();
    // RFC 7464 and careless joins: a comma or a record separator between documents.
    if (this.#text[this.at] === ',' || this.#text[this.at] === '\u001e') this.at++;
    this.#space();
    const next = this.#text[this.at];
    return next === '{' || next === '[';
  }

  atEnd(): boolean {
    this.#space();
    while (';\0'.includes(this.#text[this.at] ?? ' ')) this.at++;
    this.#space();
    return this.at >= this.#text.length;
  }

  #value(depth: number): Found | undefined {
    if (++this.#nodes > nodeLimit) {
      this.full = true;
      return this.#break();
    }
    const next = this.#text[this.at];
    if (next === '{') return depth < depthLimit ? this.#object(depth + 1) : this.#break();
    if (next === '[') return depth < depthLimit ? this.#array(depth + 1) : this.#break();
    if (next === '"' || next === "'") return { value: this.#string(next) };
    return this.#scalar(depth);
  }

  #object(depth: number): Found {
    const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    this.at++;
    for (;;) {
      this.#separators();
      if (this.#text[this.at] === '}') {
        this.at++;
        return { value };
      }
      const key = this.#key();
      if (key === undefined) {
        this.#break();
        return { value };
      }
      this.#space();
      const next = this.#text[this.at];
      // A value that a template left out.
      const found = next === ',' || next === '}' ? { value: null } : this.#value(depth);
      if (found) value[key] = found.value;
      if (this.broken || !found) return { value };
    }
  }

  /** A key with its colon. */
  #key(): string | undefined {
    const quote = this.#text[this.at];
    let key: string | undefined;
    if (quote === '"' || quote === "'") key = this.#string(quote);
    else key = this.#match(/[\p{L}_$@][\p{L}\p{N}_$@.-]{0,99}/uy);
    if (key === undefined || this.broken) return undefined;
    this.#space();
    if (this.#text[this.at] !== ':' && this.#text[this.at] !== '=') return undefined;
    this.at++;
    return key;
  }

  #array(depth: number): Found {
    const value: unknown[] = [];
    this.at++;
    for (;;) {
      this.#separators();
      if (this.#text[this.at] === ']') {
        this.at++;
        return { value };
      }
      const found = this.#value(depth);
      if (found) value.push(found.value);
      if (this.broken || !found) return { value };
    }
  }

  /** Reads a string from its opening quote to behind the closing one. */
  #string(quote: string): string {
    const text = this.#text;
    let built = '';
    let from = ++this.at;
    for (;;) {
      const unit = text[this.at];
      if (unit === undefined) {
        this.broken = true;
        return built + text.slice(from);
      }
      if (unit === '\\') {
        built += text.slice(from, this.at) + this.#escape();
        from = this.at;
      } else if (unit === quote && this.#closes()) {
        built += text.slice(from, this.at++);
        return built;
      } else this.at++;
    }
  }

  /**
   * A quote closes a string when what follows could follow a string, or when the line ends; else it is one of those that a template
   * forgot to escape.
   */
  #closes(): boolean {
    let next = this.at + 1;
    while (isSpace(this.#text.charCodeAt(next))) {
      if (this.#text[next] === '\n') return true;
      next++;
    }
    const follows = this.#text[next];
    return follows === undefined || ',:}]=;\0'.includes(follows);
  }

  #escape(): string {
    const kind = this.#text[this.at + 1] ?? '';
    if (kind === 'u') {
      const digits = this.#text.slice(this.at + 2, this.at + 6);
      if (/^[0-9a-f]{4}$/i.test(digits)) {
        this.at += 6;
        return String.fromCharCode(Number.parseInt(digits, 16));
      }
    }
    this.at += 2;
    // \_ and the like come from templates; what they meant is the character, with its backslash (a Windows path).
    return escapes[kind] ?? ('"\\/\''.includes(kind) ? kind : `\\${kind}`);
  }

  #scalar(depth: number): Found | undefined {
    const number = this.#match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.:/-])/uy);
    if (number !== undefined) return { value: exactNumber(number) };
    const word = this.#match(/-?[A-Za-z]{2,10}(?=\s*(?:[,}\]/;]|$))/uy);
    if (word !== undefined && words.has(word)) return { value: words.get(word) };
    if (word !== undefined) this.at -= word.length;
    // A bare word stands where a template had no quotes; at the top it would be plain text.
    const bare = depth > 0 ? this.#match(/[^\s"'{}[\],:][^"{}[\],\r\n]{0,999}/uy) : undefined;
    return bare === undefined ? this.#break() : { value: bare.trim() };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  #separators(): void {
    this.#space();
    while (this.#text[this.at] === ',') {
      this.at++;
      this.#space();
    }
  }

  #space(): void {
    for (;;) {
      while (isSpace(this.#text.charCodeAt(this.at))) this.at++;
      if (!this.#text.startsWith('//', this.at)) return;
      const end = this.#text.indexOf('\n', this.at);
      this.at = end === -1 ? this.#text.length : end;
    }
  }

  #break(): undefined {
    this.broken = true;
    return undefined;
  }
}

const isSpace = (unit: number): boolean =>
  unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0xa0 || unit === 0xfeff;

/** A number, or its digits as a string where a number would change them. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) return text;
  return number;
}
