/**
 * How the schema reads a field: with a sentence of its own for every fault, and on to the next fault instead of stopping.
 */
import * as z from 'zod';
import { LongText } from '../message/long-text.ts';

/** Reports a fault from inside a transform; `path` continues from the field. */
export type Report = (detail: string, ...path: PropertyKey[]) => void;

/** A transform that reports faults of its own. When it reports any, what it returns is not used. */
export const check =
  <In, Out>(read: (value: In, report: Report) => Out) =>
  (value: In, context: z.core.$RefinementCtx<In>): Out =>
    read(value, (detail, ...path) => {
      context.issues.push({ code: 'custom', message: detail, path, input: value });
    });

/**
 * The sentence for a value of the wrong type, or for none.
 *
 * @param limit characters that the field may have, for a text that is so long that it never became one.
 */
export const expected =
  (article: string, limit?: number) =>
  ({ input }: { readonly input?: unknown }): string => {
    if (input === undefined) return `This field is missing; it must be ${article}.`;
    if (!(input instanceof LongText)) return `This must be ${article}.`;
    const allowed = limit === undefined ? `it must be ${article}` : `at most ${limit} characters are allowed`;
    return `This text is too long, with ${input.bytes.length} bytes; ${allowed}.`;
  };

/** A string that a pure function reads further. */
export const readString = <Out>(
  article: string,
  read: (value: string, report: Report) => Out,
  about: z.GlobalMeta & { readonly maxLength?: number },
) =>
  z
    .string({ error: expected(article, about.maxLength) })
    .transform(check(read))
    .meta(about);

/** The entries of an object whose values are strings; reports all others. */
export function stringEntries(
  value: unknown,
  what: string,
  limit: number,
  report: Report,
): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof LongText) {
    report(expected(`an object of ${what}`)({ input: value }));
    return {};
  }
  const entries = Object.entries(value);
  if (entries.length > limit) report(`There are ${entries.length} ${what}; at most ${limit} are allowed.`);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => {
      if (typeof entry[1] === 'string') return true;
      report(expected('a string; write numbers in quotes')({ input: entry[1] }), entry[0]);
      return false;
    }),
  );
}
