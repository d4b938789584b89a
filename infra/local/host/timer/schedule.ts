import { Cron } from 'croner';
import { timeSpan } from '../time-span.ts';

export interface Schedule {
  next(after: Date): Date;
  /** True when runs lie less than a minute apart: such a schedule is not monitored. */
  subMinute: boolean;
}

/**
 * Reads a timer's schedule: NCRONTAB with six fields (or five, without seconds), or a TimeSpan between runs.
 * Day of month and day of week must both match, as NCrontab has it. Times are in `timezone`, an IANA name.
 * Throws an Error when the text is neither.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseSchedule(text: string, timezone: string): Schedule {
  const interval = timeSpan(text);
  if (interval !== undefined && interval > 0) {
    return { next: (after) => new Date(after.getTime() + interval), subMinute: interval < 60_000 };
  }
  const fields = text.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) throw new Error(`The schedule expression '${text}' was not recognized.`);
  const cron = new Cron(text.trim(), { paused: true, domAndDow: true, timezone });
  const next = (after: Date): Date => {
    const date = cron.nextRun(after);
    if (!date) throw new Error(`The schedule '${text}' has no run after ${after.toISOString()}.`);
    return date;
  };
  const first = next(new Date());
  return { next, subMinute: next(first).getTime() - first.getTime() < 60_000 };
}
