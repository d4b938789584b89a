/**
 * Which dead letters are meant, read from a query string or from a JSON body. Pure.
 */
import * as z from 'zod';
import type { KeptFilter } from '../outbox/ledger.ts';
import { partitionOf } from '../platform/id.ts';
import { instant } from '../platform/instant.ts';
import { faultsOf } from '../platform/pointer.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { keptStates, type State } from '../reporting/event.ts';
import { readJson } from './document.ts';

const fields = {
  state: z
    .enum(keptStates as readonly [State, ...State[]], {
      error: `This must be one of ${keptStates.join(', ')}.`,
    })
    .optional()
    .meta({ description: 'Where the message stands.' }),
  submitter: z
    .string({ error: 'This must be the name of a submitter.' })
    .optional()
    .meta({ description: 'Who submitted it.' }),
  since: instant.optional().meta({ description: 'Accepted at or after.', format: 'date-time' }),
  until: instant.optional().meta({ description: 'Accepted before.', format: 'date-time' }),
};

/** The fault of an object that is none, or has a field that is not known. */
const known =
  (names: object) =>
  ({ code, keys = [] }: { readonly code?: string; readonly keys?: readonly string[] }): string =>
    code === 'unrecognized_keys'
      ? `"${keys.join('", "')}" is not known here; only ${Object.keys(names).join(', ')} are taken.`
      : 'Send a JSON object.';

const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'This must be a whole number from 1 to 100.')
    .transform(Number)
    .refine((limit) => limit <= 100, 'At most 100 are given at a time.')
    .default(50)
    .meta({ description: 'Most entries of the answer, 1 to 100; 50 when left out.' }),
  cursor: z
    .string()
    .refine((id) => partitionOf(id) !== undefined, 'Take the cursor from the Link header of an answer.')
    .optional()
    .meta({ description: 'Where to go on: take it from the `Link` header.' }),
};

/** The query of `GET /operator/dead-letters`. */
export const querySchema = z.strictObject({ ...fields, ...page }, { error: known({ ...fields, ...page }) });

/** The body of `POST /operator/dead-letters/replay` and `/discard`: without a field it would mean everything, which is refused. */
export const filterSchema = z
  .strictObject(fields, { error: known(fields) })
  .refine((filter) => Object.keys(filter).length > 0, {
    error: `Name at least one of ${Object.keys(fields).join(', ')}; nothing is done to everything at once.`,
  });

/** What a list is asked for. */
export interface KeptQuery {
  readonly filter: KeptFilter;
  readonly limit: number;
  readonly cursor?: string;
}

/** Reads a query. @returns `invalid-filter` with all faults otherwise. */
export function readQuery(query: URLSearchParams): Result<KeptQuery> {
  const read = querySchema.safeParse(Object.fromEntries(query));
  if (!read.success) return refuseFilter(read.error);
  const { limit, cursor, ...filter } = read.data;
  return ok({ filter: given(filter), limit, ...(cursor === undefined ? {} : { cursor }) });
}

/** Reads a body. @returns `empty-body`, `invalid-json` or `invalid-filter` with all faults otherwise. */
export function readFilter(body: Uint8Array): Result<KeptFilter> {
  const document = readJson(body);
  if (!document.ok) return document;
  const read = filterSchema.safeParse(document.value);
  return read.success ? ok(given(read.data)) : refuseFilter(read.error);
}

function refuseFilter(error: z.ZodError): Result<never> {
  const errors = faultsOf(error);
  const [first] = errors;
  return refuse('invalid-filter', `${first?.pointer}: ${first?.detail}`, { errors });
}

/** Without the fields that are left out. */
const given = (filter: Partial<Record<keyof KeptFilter, unknown>>): KeptFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
