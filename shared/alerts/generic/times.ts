/**
 * When an event began and ended. Only times that cannot be misread are taken: with an offset, or counted from 1970. What has no zone
 * stays a fact as its sender wrote it.
 */
import type { Leaf } from './leaves.ts';
import { weights, wordSet } from './names.ts';
import { distance, isAround, isBeside, isFormer } from './place.ts';

const startKeys = weights({
  100: `startedat starttime startsat firedat fireddatetime triggeredat triggertime alerttriggertime startdate eventstart openedat
    detectedat begintime startts startat begin statechangetime incidenttimeiso incidentstart statechangedat triggeredtime problemstarttime
    failedat downsince since raisedat raisetime firsttriggertime`,
  80: 'timestamp time eventtime alertdatetime occurredat occurred happenedat datetime eventtimestamp alerttime statechangedtimestamp timestampms createdat',
  60: 'createdtime created date ts ct receivedat detectiontime publishtime eventdate sentat unixtime epoch publishedat insertedat updatedat',
});

const endKeys = weights({
  100: 'endedat endtime endsat enddate eventend resolvedat resolveddatetime closedat recoveredat recoverytime finishedat completedat resolvetime clearedat closetime endat closeddate',
});

/** `activityTime`, `scannedAt`: the time of what happened, where no better is told. */
const anyTime = (leaf: Leaf): number | undefined =>
  leaf.words.length > 1 &&
  /^(?:time|timestamp|at)$/.test(leaf.words.at(-1) ?? '') &&
  !leaf.words.some((word) => otherTimes.has(word))
    ? 50
    : undefined;

const otherTimes = wordSet(
  'next update updated modified expires expire expiry due end ended close closed finish finished resolved cleared recovered until uptime response retry contact seen',
);

/** 2000-01-01 and 2100-01-01: what lies outside is `0001-01-01`, zero, or no time. */
const [earliest, latest] = [946_684_800_000, 4_102_444_800_000];

/** The times that the fields tell. An end before the beginning is none. */
export function findTimes(leaves: readonly Leaf[]): { readonly startedAt?: Date; readonly endedAt?: Date } {
  const startedAt = best(leaves, startKeys);
  const end = best(leaves, endKeys);
  const endedAt = end && startedAt && end < startedAt ? undefined : end;
  return { ...(startedAt ? { startedAt } : {}), ...(endedAt ? { endedAt } : {}) };
}

function best(leaves: readonly Leaf[], keys: ReadonlyMap<string, number>): Date | undefined {
  let found: { time: Date; weight: number } | undefined;
  for (const leaf of leaves) {
    const known = keys.get(leaf.key) ?? (keys === startKeys ? anyTime(leaf) : undefined);
    if (known === undefined || isFormer(leaf) || leaf.index > 0) continue;
    // A project was created long before what is told of it.
    if (/^(?:created|updated|inserted)/.test(leaf.key) && (isAround(leaf) || isBeside(leaf))) continue;
    const weight = known - distance(leaf);
    if (weight <= (found?.weight ?? 0)) continue;
    const time = readTime(leaf.text);
    if (time) found = { time, weight };
  }
  return found?.time;
}

/**
 * Reads a time: RFC 3339 with an offset (also `+0100`, a space for the `T`, ` UTC`), RFC 5322 dates with a numeric zone or GMT, and
 * seconds, milliseconds, microseconds or nanoseconds since 1970.
 *
 * @returns undefined for everything else.
 */
export function readTime(text: string): Date | undefined {
  const time = text.length > 60 ? undefined : (readEpoch(text) ?? readIso(text) ?? readMailDate(text));
  return time !== undefined && time >= earliest && time < latest ? new Date(time) : undefined;
}

function readEpoch(text: string): number | undefined {
  if (!/^\d{9,19}(?:\.\d{1,9})?$/.test(text)) return undefined;
  const number = Number(text);
  const digits = (text.split('.')[0] ?? '').length;
  if (digits <= 10) return Math.round(number * 1000);
  if (digits <= 13) return Math.floor(number);
  return Math.floor(digits <= 16 ? number / 1000 : number / 1_000_000);
}

function readIso(text: string): number | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,12}))?\s?(Z|UTC|GMT|[+-]\d\d[:.]?\d\d)?(?: UTC)?$/i.exec(
      text,
    );
  const zone = match?.[4];
  if (!match || zone === undefined) return undefined;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  return finite(
    Date.parse(
      `${match[1]}T${match[2]?.padEnd(8, ':00')}.${(match[3] ?? '0').slice(0, 3).padEnd(3, '0')}${offset}`,
    ),
  );
}

function readMailDate(text: string): number | undefined {
  const date =
    /^(?:[A-Z][a-z]{2}, ?)?\d{1,2} [A-Z][a-z]{2} \d{4},? \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC)$/.exec(
      text,
    )?.[0];
  return date === undefined ? undefined : finite(Date.parse(date));
}

const finite = (time: number): number | undefined => (Number.isFinite(time) ? time : undefined);
