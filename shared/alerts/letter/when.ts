/**
 * Times and durations for people, in the zone of those who read them. The offset stands by the zone's name, since CET, EST and IST
 * mean different things to different readers.
 */

/** Locales that know zones by name: the British one those of Europe, the others their own. */
const locales = ['en-GB', 'en-US', 'en-AU', 'en-IN', 'en-ZA'];

interface Zone {
  readonly clock: Intl.DateTimeFormat;
  readonly offset: Intl.DateTimeFormat;
  /** Made as far as needed, and kept: one takes half a millisecond. */
  readonly names: Intl.DateTimeFormat[];
}

const zones = new Map<string, Zone>();

/**
 * Writes a time such as `28 Nov 2026, 17:03 CET (UTC+1)`.
 *
 * @param zone IANA name; UTC is used for one that is not known.
 * @returns undefined for what is no date, and for the zero times of Go and Unix, by which senders say that there is none.
 */
export function timeIn(zone: string, date: Date | undefined): string | undefined {
  if (date === undefined || !(date.getTime() > 0)) return undefined;
  const key = `${Math.floor(date.getTime() / 60_000)} ${zone}`;
  const known = written.get(key);
  if (known !== undefined) return known;
  if (written.size >= keptTimes) written.clear();
  const text = writtenIn(zone, date);
  written.set(key, text);
  return text;
}

/** Times by minute and zone: the same one stands in many a letter, and Intl takes its time. */
const written = new Map<string, string>();

const keptTimes = 500;

function writtenIn(zone: string, date: Date): string {
  const { clock, offset, names } = knownZone(zone);
  const time = clock.format(date);
  const utc = zoneName(offset, date).replace('GMT', 'UTC');
  const name = abbreviation(zone, names, date);
  if (name === 'UTC') return `${time} UTC`;
  return name === undefined ? `${time} (${utc})` : `${time} ${name} (${utc})`;
}

function knownZone(zone: string): Zone {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  try {
    const made: Zone = {
      clock: new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
      offset: new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'shortOffset' }),
      names: [],
    };
    zones.set(zone, made);
    return made;
  } catch {
    // Settings are checked where they come in; a mail with times in UTC is better than none.
    return knownZone('UTC');
  }
}

function abbreviation(zone: string, names: Intl.DateTimeFormat[], date: Date): string | undefined {
  for (const [index, locale] of locales.entries()) {
    const format = (names[index] ??= new Intl.DateTimeFormat(locale, {
      timeZone: zones.has(zone) ? zone : 'UTC',
      timeZoneName: 'short',
    }));
    const name = zoneName(format, date);
    if (!/^GMT./.test(name)) return name;
  }
  return undefined;
}

const zoneName = (format: Intl.DateTimeFormat, date: Date): string =>
  format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';

/** A duration in milliseconds by its two largest units: `45 s`, `12 min`, `2 h 13 min`, `3 d 4 h`. */
export function durationOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(`${hours} h`, minutes % 60, 'min');
  return joined(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

const joined = (large: string, count: number, unit: string): string =>
  count === 0 ? large : `${large} ${count} ${unit}`;
