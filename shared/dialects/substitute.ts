/**
 * Literal replacement of many texts at once, as SendGrid's substitutions and Mailgun's recipient variables have it: one pass, so that
 * what was put in is not replaced again, and an end to how much may come of it.
 */

/** Longest result, in UTF-16 units. */
const resultLimit = 5_000_000;

/** Most names, and longest name, that are looked for. */
const tableLimit = 1000;

/** Replaces every name by its value, the longest names first. @returns undefined when too long a text comes of it. */
export function substitute(text: string, table: ReadonlyMap<string, string>): string | undefined {
  const names = [...table.keys()].sort((a, b) => b.length - a.length);
  if (names.length > tableLimit || names.some((name) => name.length > tableLimit)) return undefined;
  if (names.length === 0) return text;
  const pattern = new RegExp(names.map((name) => RegExp.escape(name)).join('|'), 'g');
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const value = table.get(match[0]) ?? '';
    parts.push(text.slice(from, match.index), value);
    length += match.index - from + value.length;
    from = match.index + match[0].length;
    if (length > resultLimit) return undefined;
  }
  parts.push(text.slice(from));
  return length + text.length - from > resultLimit ? undefined : parts.join('');
}
