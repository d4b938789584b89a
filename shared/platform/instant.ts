/**
 * Times as people and programs write them: RFC 3339 with an offset, since a time without one is a different time for everybody.
 */
import * as z from 'zod';

/** A date and time; the seconds may be left out. */
export const instant = z
  .string({ error: 'This must be a date and time such as "2026-11-21T08:00:00Z".' })
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i, {
    error: 'Write a date and time with its offset from UTC, such as "2026-11-21T08:00:00Z".',
    abort: true,
  })
  .transform((text) => new Date(text))
  .refine((time) => !Number.isNaN(time.getTime()), 'There is no such date and time.');
