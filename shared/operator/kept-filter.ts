/**
 * Which dead letters are meant, read from a query string or from a JSON body. Pure.
 */
import * as z from 'zod';
import type { KeptFilter } from '../outbox/ledger.ts';
import { isMessageId } from '../platform/id.ts';
import { givenFields, knownFields, pageFields, refuseFilter, timeFields } from '../platform/list-query.ts';
import { ok, type Result } from '../platform/problem.ts';
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
  ...timeFields('Accepted'),
};

const queryFields = { ...fields, ...pageFields('entries', isMessageId) };

/** The query of `GET /operator/dead-letters`. */
export const querySchema = z.strictObject(queryFields, { error: knownFields(queryFields) });

/** The body of `POST /operator/dead-letters/replay` and `/discard`: without a field it would mean everything, which is refused. */
export const filterSchema = z
  .strictObject(fields, { error: knownFields(fields) })
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
  return ok({ filter: givenFields(filter), limit, ...(cursor === undefined ? {} : { cursor }) });
}

/** Reads a body. @returns `empty-body`, `invalid-json` or `invalid-filter` with all faults otherwise. */
export function readFilter(body: Uint8Array): Result<KeptFilter> {
  const document = readJson(body);
  if (!document.ok) return document;
  const read = filterSchema.safeParse(document.value);
  return read.success ? ok(givenFields(read.data)) : refuseFilter(read.error);
}
