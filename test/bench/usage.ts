/**
 * What a process has used, as Linux tells it under /proc (proc(5)). On other systems the functions return undefined and the
 * figures that need them are left out.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Milliseconds of processor time a process has used, in user and kernel mode, all threads; steps of 10 ms. */
export function cpuTime(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields behind it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  // USER_HZ is 100 on every Linux that Node runs on.
  return fields && (Number(fields[11]) + Number(fields[12])) * 10;
}

/** As `cpuTime`, of the main thread alone and in steps of a nanosecond: for what is over in a fraction of a second. */
export function mainThreadTime(pid: number): number | undefined {
  const text = read(`/proc/${pid}/task/${pid}/schedstat`);
  return text === undefined ? undefined : Number(text.split(' ')[0]) / 1e6;
}

/** Resident memory of a process in bytes: now, and its high-water mark since the last `resetPeak`. */
export function residentMemory(pid: number): { now: number; peak: number } | undefined {
  const text = read(`/proc/${pid}/status`);
  if (text === undefined) return undefined;
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) * 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** Sets the high-water mark back to what is resident now (`clear_refs`, Linux 4.0). */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
