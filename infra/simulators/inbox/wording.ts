/** Numbers and times the way people say them, in English. */

const UNITS = ['kB', 'MB', 'GB'] as const;

/** `12 B`, `3.4 kB`, `25 MB`: decimal units, as mail programs show them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit] ?? ''}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, short: `now`, `5 min`, `3 h`, `2 d`, and a date after a week. Both in ms since 1970. */
export function agoText(then: number, now: number): string {
  const ago = Math.max(0, now - then);
  if (ago < 10 * SECOND) return 'now';
  if (ago < MINUTE) return `${Math.floor(ago / SECOND)} s`;
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min`;
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h`;
  if (ago < 7 * DAY) return `${Math.floor(ago / DAY)} d`;
  return new Date(then).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `20 Nov 2026, 19:21:38 UTC` */
export function momentText(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const text = moment.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
  return `${text} UTC`;
}

/** `1 message`, `3 messages` */
export function countText(count: number, one: string): string {
  return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}
