/**
 * Where things stand in a JSON text, so that a fault that is known by its JSON Pointer can be shown by line and column.
 */
import { pointerTo } from './pointer.ts';

/** A place as editors count it: both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds places. */
export interface Positions {
  /**
   * Where a value begins, or else its key, or else the nearest that holds it.
   *
   * @param pointer in URI fragment form, e.g. `#/submitters/0/name`.
   * @param part `key` for the key in front of the value.
   */
  of(pointer: string, part?: 'key' | 'value'): Position;
}

/** An object or array that is not closed yet. */
interface Open {
  readonly kind: '{' | '[';
  /** The key that was read, or the index that comes next. */
  step: string | number;
  /** Whether a string that comes is a key. */
  awaitsKey: boolean;
}

const token = /[\s,:]*([{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+)/gsy;

/**
 * Reads where everything stands.
 *
 * @param text valid JSON; of another the places are wrong, and nothing worse. Without recursion, so however deep it is.
 */
export function positionsOf(text: string): Positions {
  const [values, keys] = [new Map<string, number>(), new Map<string, number>()];
  const open: Open[] = [];
  const pointer = () => pointerTo(open.map(({ step }) => step));
  const ended = () => {
    const last = open.at(-1);
    if (!last) return;
    if (typeof last.step === 'number') last.step++;
    else last.awaitsKey = true;
  };
  for (const found of text.matchAll(token)) {
    const word = found[1] ?? '';
    const at = found.index + found[0].length - word.length;
    const last = open.at(-1);
    if (word === '}' || word === ']') {
      open.pop();
      ended();
    } else if (last?.awaitsKey && word.startsWith('"')) {
      last.step = stringOf(word);
      last.awaitsKey = false;
      keys.set(pointer(), at);
    } else {
      values.set(pointer(), at);
      if (word === '{') open.push({ kind: word, step: '', awaitsKey: true });
      else if (word === '[') open.push({ kind: word, step: 0, awaitsKey: false });
      else ended();
    }
  }
  const lines = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return {
    of(wanted, part = 'value') {
      for (let at = wanted; ; at = at.slice(0, at.lastIndexOf('/'))) {
        const offset = (part === 'key' ? keys.get(at) : undefined) ?? values.get(at) ?? keys.get(at);
        if (offset !== undefined) return place(text, lines, offset);
        if (!at.includes('/')) return { line: 1, column: 1 };
      }
    },
  };
}

function place(text: string, lines: readonly number[], offset: number): Position {
  let [low, high] = [0, lines.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  // Characters, as an editor counts them.
  return { line: low + 1, column: Array.from(text.slice(lines[low], offset)).length + 1 };
}

function stringOf(word: string): string {
  try {
    return String(JSON.parse(word));
  } catch {
    return word;
  }
}
