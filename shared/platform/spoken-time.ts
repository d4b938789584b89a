/**
 * Times as people say them: `in 10 minutes`, `tomorrow at 9am`, `Friday at 3pm ET`. What Resend's documentation shows, and not more: a
 * mail must not go out at a time that somebody guessed. Pure.
 */
import { entry } from './entry.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

const units: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  second: 1000,
  m: minute,
  min: minute,
  minute,
  h: 60 * minute,
  hr: 60 * minute,
  hour: 60 * minute,
  d: day,
  day,
  week: 7 * day,
};

const numbers = new Map(
  ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map((word, i) => [
    word,
    i + 1,
  ]),
);

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Abbreviations of zones: fixed offsets in minutes, or a place whose clocks change. */
const zones: Readonly<Record<string, number | string>> = {
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  et: 'America/New_York',
  cst: -360,
  cdt: -300,
  ct: 'America/Chicago',
  mst: -420,
  mdt: -360,
  mt: 'America/Denver',
  pst: -480,
  pdt: -420,
  pt: 'America/Los_Angeles',
  cet: 60,
  cest: 120,
};

/** Longest text that is looked at. */
const longest = 60;

/**
 * Reads one.
 *
 * @param now from which it is counted. Without a zone a time of day is in UTC; without a time of day it is nine o'clock.
 * @returns undefined for what is said in other words.
 */
export function spokenTime(text: string, now: Date): Date | undefined {
  if (text.length > longest) return undefined;
  const words = text
    .trim()
    .toLowerCase()
    .split(/[\s,]+/);
  if (words.length === 1 && words[0] === 'now') return now;
  return fromNow(words, now) ?? onDay(words, now);
}

/** `in 5 min`, `in an hour`, `2 days from now`. */
function fromNow(words: readonly string[], now: Date): Date | undefined {
  const tail = words.slice(-2).join(' ') === 'from now';
  const rest = tail ? words.slice(0, -2) : words.slice(1);
  if (!tail && words[0] !== 'in') return undefined;
  const [count = '', unit = '', ...more] = rest.flatMap(apart);
  const many = /^\d{1,7}$/.test(count)
    ? Number(count)
    : (numbers.get(count) ?? (isOne(count) ? 1 : undefined));
  const each = entry(units, unit) ?? entry(units, unit.replace(/(?<=..)s$/, ''));
  if (many === undefined || each === undefined || more.length > 0) return undefined;
  return new Date(now.getTime() + many * each);
}

/** `5min` is two words that stand together. */
function apart(word: string): readonly string[] {
  const [, count, unit] = /^(\d{1,7})([a-z]{1,9})$/.exec(word) ?? [];
  return count !== undefined && unit !== undefined ? [count, unit] : [word];
}

const isOne = (word: string): boolean => word === 'a' || word === 'an';

/** `tomorrow at 9:30`, `next monday`, `friday at 3pm ET`. */
function onDay(words: readonly string[], now: Date): Date | undefined {
  const [first = '', ...others] = words;
  const lead = ['next', 'this', 'on'].includes(first);
  const [dayWord = '', ...rest] = lead ? others : words;
  const zone = entry(zones, rest.at(-1) ?? '');
  const clock = zone === undefined ? rest : rest.slice(0, -1);
  const time = timeOfDay(clock[0] === 'at' ? clock.slice(1) : clock);
  if (time === undefined) return undefined;
  const here = new Date(now.getTime() + offsetOf(zone ?? 0, now));
  const days = daysUntil(dayWord, here, time, first);
  if (days === undefined) return undefined;
  const midnight = Math.floor(here.getTime() / day) * day;
  const local = midnight + days * day + time;
  // Clocks may change between now and then.
  const guess = new Date(local - offsetOf(zone ?? 0, now));
  return new Date(local - offsetOf(zone ?? 0, guess));
}

/** Days from today; undefined when the word is no day, or the time of today is over. */
function daysUntil(word: string, here: Date, time: number, lead: string): number | undefined {
  const over = time <= here.getTime() % day;
  if (word === 'today') return over ? undefined : 0;
  if (word === 'tomorrow') return 1;
  const weekday = weekdays.findIndex((name) => name === word || (word.length === 3 && name.startsWith(word)));
  if (weekday === -1) return undefined;
  const days = (weekday - here.getUTCDay() + 7) % 7;
  return days === 0 && (over || lead === 'next') ? 7 : days;
}

/** Milliseconds since midnight. */
function timeOfDay(words: readonly string[]): number | undefined {
  const text = words.join('');
  if (text === '') return 9 * 60 * minute;
  if (text === 'noon') return 12 * 60 * minute;
  if (text === 'midnight') return 0;
  const [, hours = '', minutes = '00', half] = /^(\d{1,2})(?::(\d\d))?(am|pm)?$/.exec(text) ?? [];
  const hour = Number(hours);
  if (hours === '' || Number(minutes) > 59 || (half ? hour < 1 || hour > 12 : hour > 23)) return undefined;
  // "at 9" may be either half of the day.
  if (half === undefined && !text.includes(':')) return undefined;
  const ofDay = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);
  return (ofDay * 60 + Number(minutes)) * minute;
}

/** Milliseconds that the clocks of a zone are ahead of UTC. */
function offsetOf(zone: number | string, at: Date): number {
  if (typeof zone === 'number') return zone * minute;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minute;
}
