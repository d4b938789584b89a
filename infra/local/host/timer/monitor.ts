import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Schedule } from './schedule.ts';

/** What is remembered of a timer between runs of the host, in the spelling of the host's status blob. */
export interface TimerStatus {
  /** ISO 8601; `NEVER` before the first run. */
  Last: string;
  Next: string;
  LastUpdated: string;
}

export const NEVER = '0001-01-01T00:00:00+00:00';

/** Keeps a timer's status; the real host has a blob for this, the local one a file. */
export interface TimerMonitor {
  load(): Promise<TimerStatus | undefined>;
  save(status: TimerStatus): Promise<void>;
}

export function createFileMonitor(directory: string, functionName: string): TimerMonitor {
  const file = path.join(directory, `${functionName}.json`);
  return {
    async load() {
      try {
        const status: TimerStatus = JSON.parse(await readFile(file, 'utf8'));
        return status;
      } catch {
        return undefined;
      }
    },
    async save(status) {
      await mkdir(directory, { recursive: true });
      // Several hosts may keep their timers in one folder.
      const fresh = `${file}.${process.pid}`;
      await writeFile(fresh, JSON.stringify(status));
      await rename(fresh, file);
    },
  };
}

/**
 * The status to begin with, and whether a run was missed while the host was down. A changed schedule starts afresh.
 * Source: ScheduleMonitor.CheckPastDueAsync of github.com/Azure/azure-webjobs-sdk-extensions.
 */
export function resume(
  kept: TimerStatus | undefined,
  schedule: Schedule,
  now: Date,
): { status: TimerStatus; pastDue: boolean } {
  if (kept) {
    const last = kept.Last === NEVER ? kept.LastUpdated : kept.Last;
    const expected = schedule.next(new Date(last));
    if (expected.getTime() === new Date(kept.Next).getTime()) {
      return { status: kept, pastDue: now > expected };
    }
  }
  const next = schedule.next(now).toISOString();
  return { status: { Last: NEVER, Next: next, LastUpdated: now.toISOString() }, pastDue: false };
}
