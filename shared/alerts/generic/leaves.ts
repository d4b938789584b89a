/**
 * Any value as a flat list of named texts: what the generic reading looks at.
 *
 * Pairs such as `{"name": "team", "value": "db"}` become a field of that name, lists of plain values one text, JSON inside a string is
 * opened. Everything is bounded, so that a body of any size costs about the same.
 */
import { openJson } from '../form.ts';
import { wordsOf } from './names.ts';

/** A plain value with its place. */
export interface Leaf {
  /** From the root: `alerts.2.labels.severity`. */
  readonly name: string;
  /** Words of the last part of the name. */
  readonly words: readonly string[];
  /** The same without spaces between: `alertname`. */
  readonly key: string;
  /** Words of the parts above. */
  readonly around: readonly (readonly string[])[];
  /** Place in the innermost list of objects, 0 for the first and for none. */
  readonly index: number;
  /** Whether it is one of several in a list. */
  readonly listed: boolean;
  readonly kind: 'text' | 'number' | 'boolean';
  /** The value as people write it; never empty. */
  readonly text: string;
}

/** A flat list, and what was left out of it. */
export interface Leaves {
  readonly leaves: readonly Leaf[];
  /** Lists that were too long: name and how many elements are missing. */
  readonly cut: readonly { readonly name: string; readonly missing: number }[];
  /** Whether the limit of leaves was reached. */
  readonly full: boolean;
}

/** What is taken of a value. */
const limits = { leaves: 1000, depth: 16, elements: 20, scalars: 200, opened: 3, openedLength: 256 * 1024 };

interface Place {
  readonly path: readonly string[];
  readonly index: number;
  readonly listed: boolean;
  readonly opened: number;
}

/**
 * Flattens a value. Linear in what it looks at; never throws.
 *
 * @param except objects to pass over.
 */
export function flatten(value: unknown, except: ReadonlySet<object> = new Set()): Leaves {
  const walk = new Walk(except);
  walk.visit(value, { path: [], index: 0, listed: false, opened: 0 });
  return { leaves: walk.leaves, cut: walk.cut, full: walk.full };
}

class Walk {
  readonly leaves: Leaf[] = [];
  readonly cut: { name: string; missing: number }[] = [];
  full = false;
  readonly #except: ReadonlySet<object>;
  /** Names come again in every element of a list. */
  readonly #words = new Map<string, readonly string[]>();

  constructor(except: ReadonlySet<object>) {
    this.#except = except;
  }

  visit(value: unknown, place: Place): void {
    if (this.leaves.length >= limits.leaves) {
      this.full = true;
      return;
    }
    if (typeof value === 'string') this.#text(value, place);
    else if (typeof value === 'number' || typeof value === 'bigint')
      this.#add(String(value), 'number', place);
    else if (typeof value === 'boolean') this.#add(String(value), 'boolean', place);
    else if (Array.isArray(value)) this.#list(value as unknown[], place);
    else if (typeof value === 'object' && value !== null && !this.#except.has(value))
      this.#object(value as Record<string, unknown>, place);
  }

  #text(value: string, place: Place): void {
    const open =
      place.opened < limits.opened && value.length <= limits.openedLength
        ? openJson(decoded(value) ?? value)
        : undefined;
    if (open) this.visit(open, { ...place, opened: place.opened + 1 });
    else this.#add(value.trim(), 'text', place);
  }

  #object(value: Record<string, unknown>, place: Place): void {
    if (place.path.length >= limits.depth) return;
    for (const [name, inner] of Object.entries(value)) {
      this.visit(inner, { ...place, path: [...place.path, ...partsOf(name.trim())] });
      if (this.full) return;
    }
  }

  #list(value: readonly unknown[], place: Place): void {
    if (place.path.length >= limits.depth) return;
    if (value.every((element) => typeof element !== 'object' || element === null)) {
      const shown = value.filter((element) => element != null && element !== '').slice(0, limits.scalars);
      const kind = shown.length === 1 && typeof shown[0] === 'number' ? 'number' : 'text';
      this.#add(shown.join(', '), kind, place);
      if (value.length > limits.scalars) this.#cut(place, value.length - limits.scalars);
      return;
    }
    let number = 0;
    for (const element of value.slice(0, limits.elements)) {
      const pair = asPair(element);
      number++;
      if (pair) this.visit(pair.value, { ...place, path: [...place.path, pair.name] });
      else {
        const path = value.length === 1 ? place.path : [...place.path, String(number)];
        this.visit(element, {
          ...place,
          path,
          index: number - 1,
          listed: place.listed || value.length > 1,
        });
      }
      if (this.full) return;
    }
    if (value.length > limits.elements) this.#cut(place, value.length - limits.elements);
  }

  #cut(place: Place, missing: number): void {
    if (this.cut.length < 20) this.cut.push({ name: place.path.join('.'), missing });
  }

  #wordsOf(name: string): readonly string[] {
    const known = this.#words.get(name);
    if (known) return known;
    const words = wordsOf(name);
    this.#words.set(name, words);
    return words;
  }

  #add(text: string, kind: Leaf['kind'], place: Place): void {
    if (text === '') return;
    // A list's number is no name.
    const named = place.path.filter((part) => !/^\d+$/.test(part));
    const words = this.#wordsOf(named.at(-1) ?? '');
    this.leaves.push({
      name: place.path.join('.'),
      words,
      key: words.join(''),
      around: named.slice(0, -1).map((part) => this.#wordsOf(part)),
      index: place.index,
      listed: place.listed,
      kind,
      text,
    });
  }
}

/** `data[merges][FNAME]`, as PHP and Rails write nested forms, is a path. */
function partsOf(name: string): readonly string[] {
  if (name === '') return ['(no name)'];
  if (!/^[^[\]]{1,100}(?:\[[^[\]]{0,100}\]){1,8}$/.test(name)) return [name];
  return name.split(/[[\]]+/).filter((part) => part !== '');
}

/** JSON in base64, as Google's Pub/Sub pushes it; undefined for what is none. */
const decoded = (value: string): string | undefined =>
  /^(?:ey|ew|W3)[A-Za-z0-9+/_-]{14,}={0,2}$/.test(value)
    ? Buffer.from(value, 'base64').toString()
    : undefined;

const pairNames = [
  'label',
  'title',
  'name',
  'question',
  'key',
  'field',
  'Name',
  'Key',
  'short_title',
  'code',
  'metric',
  'parameter',
  'property',
];
const pairValues = ['value', 'val', 'answer', 'Value', 'content'];

/** An object that is a name and its value, with at most two more fields (`short`, `inline`, `type`). */
function asPair(element: unknown): { readonly name: string; readonly value: unknown } | undefined {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  const object = element as Record<string, unknown>;
  if (Object.keys(object).length > 4) return undefined;
  const value = pairValues.find((name) => object[name] !== undefined);
  const name = pairNames
    .map((key) => object[key])
    .find((key) => typeof key === 'string' && key.trim() !== '');
  return value !== undefined && typeof name === 'string' && name.length <= 200
    ? { name: name.trim(), value: object[value] }
    : undefined;
}
