/**
 * What every list of the operators is asked for in the same words: a page of it, and a span of time. Pure.
 */
import * as z from 'zod';
import { instant } from './instant.ts';
import { faultsOf } from './pointer.ts';
import { refuse, type Result } from './problem.ts';

/** Fields of a query for one page: at most 100 entries, 50 when nothing is said. */
export const pageFields = (entries: string, isCursor: (text: string) => boolean) => ({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'This must be a whole number from 1 to 100.')
    .transform(Number)
    .refine((limit) => limit <= 100, 'At most 100 are given at a time.')
    .default(50)
    .meta({ description: `Most ${entries} of the answer, 1 to 100; 50 when left out.` }),
  cursor: z
    .string()
    .refine(isCursor, 'Take the cursor from the Link header of an answer.')
    .optional()
    .meta({ description: 'Where to go on: take it from the `Link` header.' }),
});

/** Fields of a span of time. @param what what the times are those of, such as "Accepted". */
export const timeFields = (what: string) => ({
  since: instant.optional().meta({ description: `${what} at or after.`, format: 'date-time' }),
  until: instant.optional().meta({ description: `${what} before.`, format: 'date-time' }),
});

/** The fault of what is no object, or has a field that is not known. */
export const knownFields =
  (fields: object) =>
  ({ code, keys = [] }: { readonly code?: string; readonly keys?: readonly string[] }): string =>
    code === 'unrecognized_keys'
      ? `"${keys.join('", "')}" is not known here; only ${Object.keys(fields).join(', ')} are taken.`
      : 'Send a JSON object.';

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that were given. */
export const givenFields = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;

/** Refuses a query or a filter with all that is wrong with it, the first of it in words: `invalid-filter`. */
export function refuseFilter(error: z.ZodError): Result<never> {
  const errors = faultsOf(error);
  const [first] = errors;
  return refuse('invalid-filter', `${first?.pointer}: ${first?.detail}`, { errors });
}
