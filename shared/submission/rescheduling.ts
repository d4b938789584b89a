/**
 * From the body of `PATCH /emails/{id}` to the time that a message is now to be sent at. Pure.
 */
import { ok, type Result } from '../platform/problem.ts';
import { spokenTime } from '../platform/spoken-time.ts';
import { isObject } from './canonical.ts';
import { Faults } from './faults.ts';
import { readDocument } from './parse.ts';
import { reschedulingSchema } from './schema.ts';
import { longestSchedule } from './submit.ts';

/**
 * Reads it.
 *
 * @param contentType the header `Content-Type`, undefined when there is none.
 * @param now the time is at most 30 days from it; it may lie before.
 * @returns the time, or a refusal as of a submission. Never throws.
 */
export function parseRescheduling(
  bytes: Uint8Array,
  contentType: string | undefined,
  now: Date,
): Result<Date> {
  const document = readDocument(bytes, contentType);
  if (!document.ok) return document;
  const faults = new Faults();
  const read = reschedulingSchema.safeParse(documentedSpelling(document.value, now));
  for (const { path, message } of read.error?.issues ?? []) faults.add(path, message);
  if (read.success && read.data.scheduled_at.getTime() > now.getTime() + longestSchedule * 1000) {
    faults.add(['scheduled_at'], 'Give a time at most 30 days ahead.');
  }
  return read.success && faults.count === 0 ? ok(read.data.scheduled_at) : faults.refusal();
}

/** `scheduledAt` is what the SDKs call it, and it may be in words. */
function documentedSpelling(document: unknown, now: Date): unknown {
  if (!isObject(document)) return document;
  const both = Object.hasOwn(document, 'scheduled_at') || !Object.hasOwn(document, 'scheduledAt');
  const { scheduledAt, ...rest } = document;
  const { scheduled_at: given, ...others } = both ? document : { ...rest, scheduled_at: scheduledAt };
  if (given === undefined) return document;
  const spoken = typeof given === 'string' ? spokenTime(given, now) : undefined;
  return { ...others, scheduled_at: spoken?.toISOString() ?? given };
}
