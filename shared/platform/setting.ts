/**
 * One setting: what it means, how its text is read, what holds without it.
 *
 * How it is read is a zod schema that is made only when there is a text to read. A cold instance is given a few of all the settings
 * there are, and making the schemas of all, with what zod compiles for an object of them, took longer than everything else that is done
 * between loading the code and the first request.
 */
import type * as z from 'zod';

/** A setting with values of type `T`. */
export interface Setting<T> {
  /** A sentence or more for docs/configuration.md, in Markdown. */
  readonly means: string;
  /** Makes the schema that reads its text. */
  readonly schema: () => z.ZodType<T>;
  /** What holds when it is not given; missing where it must be given. */
  readonly otherwise?: { readonly value: T };
}

/** What was made of a text: a value, or everything that is wrong with it, in words that follow the name of the setting. */
export type ReadSetting<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly string[] };

/** A setting that must be given. */
export const required = <T>(schema: () => z.ZodType<T>, means: string): Setting<T> => ({ means, schema });

/** A setting that may be given. */
export const optional = <T>(schema: () => z.ZodType<T>, means: string): Setting<T | undefined> => ({
  means,
  schema,
  otherwise: { value: undefined },
});

/** A setting that has a value of its own when none is given. */
export const preset = <T>(value: NoInfer<T>, schema: () => z.ZodType<T>, means: string): Setting<T> => ({
  means,
  schema,
  otherwise: { value },
});

/** Reads one. @param text undefined when it is not given. */
export function readSetting<T>({ schema, otherwise }: Setting<T>, text: string | undefined): ReadSetting<T> {
  if (text === undefined)
    return otherwise ? { ok: true, ...otherwise } : { ok: false, faults: ['is missing'] };
  const read = schema().safeParse(text);
  return read.success
    ? { ok: true, value: read.data }
    : { ok: false, faults: read.error.issues.map(({ message }) => message) };
}
