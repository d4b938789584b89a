/**
 * The ways in which senders write a time, beyond RFC 3339 and the count of seconds since 1970.
 */
import { entry } from '../platform/entry.ts';
import { text, when } from './sketch.ts';

/** Zones by the names that senders use, in minutes east of UTC. */
const zones: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  BST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  IST: 330,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

const months = 'janfebmaraprmayjunjulaugsepoctnovdec';

const clock = String.raw`(?:,?[ T]+(?:at )?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?)?`;
const rest = String.raw` ?([AaPp][Mm])? ?(?:Uhr)? ?([+-]\d{2}[.:]?\d{2}|[A-Z]{1,4})?(?: [A-Z]{3,4})?$`;

/** 2025.08.20 17:45:41, 2024/08/14 21:28:56 GMT, 2025-02-15 14:59:03.266 +0000 UTC, …+01.00 */
const yearFirst = new RegExp(String.raw`^(\d{4})[-./](\d{1,2})[-./](\d{1,2})${clock}${rest}`);
/** 20.11.2026 17:12:09, 20.11.2026, 17:12 Uhr */
const german = new RegExp(String.raw`^(\d{1,2})\.(\d{1,2})\.(\d{4})${clock}${rest}`);
/** July 30, 2019 10:36 AM BST */
const monthFirst = new RegExp(String.raw`^([A-Za-z]{3})[a-z]{0,6}\.? (\d{1,2}),? (\d{4})${clock}${rest}`);
/** Fri, 20 Nov 2026 17:12:09 GMT (RFC 5322 §3.3) */
const dayFirst = new RegExp(
  String.raw`^(?:[A-Za-z]{3},? )?(\d{1,2}) ([A-Za-z]{3})[a-z]{0,6}\.? (\d{4})${clock}${rest}`,
);

/**
 * Reads a time: what `when` reads, and the forms above.
 *
 * @param value as the sender wrote it.
 * @param zone minutes east of UTC where the value names no zone.
 * @returns undefined for what is no time between 1990 and 2100, such as Go's zero time.
 */
export function timeOf(value: unknown, zone = 0): Date | undefined {
  const written = text(value);
  if (written === '' || written.length > 60) return undefined;
  if (/^\d{18,19}$/.test(written)) return when(written.slice(0, -6));
  return (zone === 0 ? when(written) : undefined) ?? byForm(written, zone);
}

function byForm(written: string, zone: number): Date | undefined {
  const first = yearFirst.exec(written);
  if (first) return made([first[1], first[2], first[3]], first.slice(4), zone);
  const dotted = german.exec(written);
  if (dotted) return made([dotted[3], dotted[2], dotted[1]], dotted.slice(4), zone);
  const named = monthFirst.exec(written);
  if (named) return made([named[3], monthOf(named[1]), named[2]], named.slice(4), zone);
  const mail = dayFirst.exec(written);
  return mail ? made([mail[3], monthOf(mail[2]), mail[1]], mail.slice(4), zone) : undefined;
}

function monthOf(name = ''): string {
  const place = months.indexOf(name.toLowerCase());
  return place % 3 === 0 ? String(place / 3 + 1) : '';
}

function made(
  date: readonly (string | undefined)[],
  time: readonly (string | undefined)[],
  zone: number,
): Date | undefined {
  const [year, month, day] = date.map(Number);
  const [hours, minutes, seconds, half, name] = time;
  const noon = half?.toLowerCase();
  const hour = noon === undefined ? Number(hours ?? 0) : (Number(hours) % 12) + (noon === 'pm' ? 12 : 0);
  const offset = offsetOf(name) ?? zone;
  if (!year || !month || month > 12 || !day || day > 31 || hour > 24) return undefined;
  return when(
    String(Date.UTC(year, month - 1, day, hour, Number(minutes ?? 0) - offset, Number(seconds ?? 0))),
  );
}

function offsetOf(name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const numeric = /^([+-])(\d{2})[.:]?(\d{2})$/.exec(name);
  if (!numeric) return entry(zones, name);
  return (numeric[1] === '-' ? -1 : 1) * (Number(numeric[2]) * 60 + Number(numeric[3]));
}
