/**
 * Which events are meant, read from a query string. Pure.
 */
import * as z from 'zod';
import { instant } from '../platform/instant.ts';
import { faultsOf } from '../platform/pointer.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
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
  since: instant.optional().meta({ description: 'Happened at or after.', format: 'date-time' }),
  until: instant.optional().meta({ description: 'Happened before.', format: 'date-time' }),
  who: word.meta({ description: 'Name of the submitter or operator.' }),
  rule: word.meta({ description: 'Code of the refusal, or the role that a change needed.' }),
  source: word.meta({ description: 'Client address, as it is shown.' }),
  kind: z
    .enum(['refusal', 'change'], { error: 'This must be "refusal" or "change".' })
    .optional()
    .meta({ description: 'Which events.' }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'This must be a whole number from 1 to 100.')
    .transform(Number)
    .refine((limit) => limit <= 100, 'At most 100 are given at a time.')
    .default(50)
    .meta({ description: 'Most events of the answer, 1 to 100; 50 when left out.' }),
  cursor: z
    .string()
    .refine((id) => timeOf(id) !== undefined, 'Take the cursor from the Link header of an answer.')
    .optional()
    .meta({ description: 'Where to go on: take it from the `Link` header.' }),
};

/** The query of `GET /operator/audit`. */
export const auditQuerySchema = z.strictObject(fields, {
  error: ({ keys = [] }: { readonly code?: string; readonly keys?: readonly string[] }) =>
    `"${keys.join('", "')}" is not known here; only ${Object.keys(fields).join(', ')} are taken.`,
});

/** Reads a query. @returns `invalid-filter` with all faults otherwise. */
export function readAuditQuery(query: URLSearchParams): Result<AuditQuery> {
  const read = auditQuerySchema.safeParse(Object.fromEntries(query));
  if (read.success) {
    const given = Object.entries(read.data).filter(([, value]) => value !== undefined);
    return ok(Object.fromEntries(given) as unknown as AuditQuery);
  }
  const errors = faultsOf(read.error);
  return refuse('invalid-filter', `${errors[0]?.pointer}: ${errors[0]?.detail}`, { errors });
}
