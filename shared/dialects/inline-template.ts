/**
 * Templates that stand in the request itself: `{{ name }}` and `{{ order.id }}`, filled in once. Blocks and partials of Handlebars and
 * Mustache are not known here; who needs them keeps the template in the bridge.
 */
import { isObject, scalar, textOf } from './foreign.ts';

/** What came of one. */
export type Filled =
  | { readonly kind: 'filled'; readonly text: string }
  /** A name that the variables do not have. */
  | { readonly kind: 'missing'; readonly name: string }
  /** More than names stands in braces. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too-long' };

/** Longest result, in UTF-16 units. */
const resultLimit = 5_000_000;

/** Fills one; values stand as they are, in two braces or three. @param variables an object, whose members are asked for by dotted names. */
export function fillInline(text: string, variables: unknown): Filled {
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  for (;;) {
    const open = text.indexOf('{{', from);
    if (open === -1) break;
    const raw = text[open + 2] === '{';
    const close = text.indexOf(raw ? '}}}' : '}}', open);
    if (close === -1) return { kind: 'unknown' };
    const name = text.slice(open + (raw ? 3 : 2), close).trim();
    if (name.length > 200 || !/^\w[\w.-]*$/.test(name)) return { kind: 'unknown' };
    const value = valueOf(variables, name);
    if (value === undefined) return { kind: 'missing', name };
    parts.push(text.slice(from, open), value);
    length += open - from + value.length;
    if (length > resultLimit) return { kind: 'too-long' };
    from = close + (raw ? 3 : 2);
  }
  parts.push(text.slice(from));
  return length + text.length - from > resultLimit
    ? { kind: 'too-long' }
    : { kind: 'filled', text: parts.join('') };
}

/** Why one was not filled. */
export function unfilled(filled: Exclude<Filled, { kind: 'filled' }>): string {
  if (filled.kind === 'missing') return `There is no value for "${filled.name}".`;
  if (filled.kind === 'too-long') return 'It is too long with its values.';
  return 'Only {{ name }} is filled in here; keep a template with blocks or partials in the bridge, and name it.';
}

/** A value by its dotted name, as text. */
function valueOf(variables: unknown, name: string): string | undefined {
  let value = variables;
  for (const step of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return textOf(scalar(value));
}
