/**
 * Which events are meant, read from a query string. Pure.
 */
import * as z from 'zod';
import { givenFields, knownFields, pageFields, refuseFilter, timeFields } from '../platform/list-query.ts';
import { ok, type Result } from '../platform/problem.ts';
import { timeOf } from './row.ts';

/** What a list is asked for. */
export interface AuditQuery {
  /** Happened at or after. */
  readonly since?: Date;
  /** Happened before. */
  readonly until?: Date;
  /** Name of the submitter or operator. */
  readonly who?: string;
  readonly rule?: string;
  readonly source?: string;
  readonly kind?: 'refusal' | 'change';
  readonly limit: number;
  /** The id behind which to go on. */
  readonly cursor?: string;
}

const word = z.string().min(1, 'Write something, or leave it out.').max(128, 'This is too long.').optional();

const fields = {
  ...timeFields('Happened'),
  who: word.meta({ description: 'Name of the submitter or operator.' }),
  rule: word.meta({ description: 'Code of the refusal, or the role that a change needed.' }),
  source: word.meta({ description: 'Client address, as it is shown.' }),
  kind: z
    .enum(['refusal', 'change'], { error: 'This must be "refusal" or "change".' })
    .optional()
    .meta({ description: 'Which events.' }),
  ...pageFields('events', (id) => timeOf(id) !== undefined),
};

/** The query of `GET /operator/audit`. */
export const auditQuerySchema = z.strictObject(fields, { error: knownFields(fields) });

/** Reads a query. @returns `invalid-filter` with all faults otherwise. */
export function readAuditQuery(query: URLSearchParams): Result<AuditQuery> {
  const read = auditQuerySchema.safeParse(Object.fromEntries(query));
  if (!read.success) return refuseFilter(read.error);
  const { limit, ...rest } = read.data;
  return ok({ limit, ...givenFields(rest) });
}
