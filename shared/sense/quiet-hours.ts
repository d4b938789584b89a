/**
 * Quiet hours: a time of each day, by the clocks of a zone, in which mails wait until it is over. Pure.
 */
import type { QuietHours } from '../access/hook.ts';

const minute = 60_000;
const day = 1440;

/**
 * When the quiet hours are over that a time lies in.
 *
 * By the clock on the wall, so that a night from 22:00 to 07:00 ends at 07:00 also when it is an hour shorter or longer; an end
 * that a night skips is the moment at which the clock is put forward (or the end of the next day, where that moment is quiet again),
 * and one that comes twice is the first that comes.
 *
 * @param zone IANA name; an unknown one is read as UTC, as letters do.
 * @returns undefined when it is not quiet: outside of the hours, and always where they are none.
 */
export function quietUntil({ from, to }: QuietHours, zone: string, now: Date): Date | undefined {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin === undefined || end === undefined || begin === end) return undefined;
  const wall = wallClock(zone);
  const isQuiet = (at: number) => between(wall(at), begin, end);
  let at = Math.floor(now.getTime() / minute) * minute;
  if (!isQuiet(at)) return undefined;
  const usual = at + ((end - wall(at) + day) % day) * minute;
  if (wall(usual) === end) return new Date(usual);
  // The clock is changed on the way, which is two nights a year: minute by minute.
  while (isQuiet(at)) at += minute;
  return new Date(at);
}

/** Whether a minute of the day lies in a time that may go over midnight. */
const between = (at: number, begin: number, end: number): boolean =>
  begin < end ? begin <= at && at < end : begin <= at || at < end;

/** `07:30` as minutes since midnight; undefined when it is no time. */
function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** A function of milliseconds since 1970 to the minute of the day in a zone. */
function wallClock(zone: string): (at: number) => number {
  const format = formatIn(zone);
  return (at) => {
    const [hours = 0, minutes = 0] = format.format(at).split(':').map(Number);
    return hours * 60 + minutes;
  };
}

/** One takes half a millisecond to make. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, made);
    return made;
  } catch {
    return formatIn('UTC');
  }
}
