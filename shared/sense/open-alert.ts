/**
 * What is remembered of an alert that fires: whom it was told to, so that they hear of its end, and what to say when it is told
 * again. Pure; times are milliseconds since 1970.
 */
import type { Hook } from '../access/hook.ts';
import type { Alert, AlertGroup, Severity } from '../alerts/alert.ts';
import { tellsEnds } from '../alerts/ends.ts';
import { cut } from '../alerts/letter/clean.ts';
import { titleOf } from '../alerts/letter/subject.ts';
import { durationOf } from '../alerts/letter/when.ts';
import { isAtLeast } from '../alerts/rank.ts';

/** What is remembered of an alert. */
export type Memory = OpenAlert | PastAlert;

/** An alert that fires, or that somebody looks after. */
export interface OpenAlert {
  readonly source: string;
  readonly title: string;
  readonly summary?: string;
  readonly facts: Alert['facts'];
  readonly links: Alert['links'];
  readonly threadKey: string;
  /** As it was told last. */
  readonly severity: Severity;
  /** All as which it was told. */
  readonly told: readonly Severity[];
  /** When it began, as far as its sender says; else when it was first told. */
  readonly since: number;
  /** When it began, by the sender's own clock. */
  readonly began?: number;
  /** When its sender told of it last. */
  readonly heard: number;
  /** When it is to be told again; absent when it is not. */
  readonly remindAt?: number;
  /** Whether somebody looks after it. */
  readonly acknowledged?: true;
}

/**
 * One that is over, or that somebody looked after before it was told of. It is kept for a while, though nothing is told of it: its
 * beginning may still be on the way through another instance, and its end may be repeated.
 */
export interface PastAlert {
  readonly past: 'resolved' | 'acknowledged';
  /** When, by the sender's own clock. */
  readonly ended?: number;
  readonly heard: number;
  /** All as which it was told. */
  readonly told: readonly Severity[];
}

export const isPast = (memory: Memory): memory is PastAlert => 'past' in memory;

/** How long a call may be under way, in milliseconds. */
const flight = 300_000;

/** How long what is over is remembered, in milliseconds: as long as what a sender calls a delivery counts for one. */
export const pastMemory = 3_600_000;

/** What nothing is heard of for so long is forgotten: a week, or three reminders. In milliseconds. */
const memoryOf = (remindEvery = 0): number => Math.max(7 * day, 3000 * remindEvery);
const day = 86_400_000;

/** Most alerts that are remembered of one hook. */
export const mostOpen = 500;

/** What of an alert is kept. Lengths are in UTF-16 units. */
const room = { title: 200, summary: 1000, facts: 8, name: 60, value: 200, links: 2, url: 500 };

/** Whether a hook has to remember alerts at all; if not, it asks nothing of storage. */
export const remembers = ({ severityRoutes, remindEvery, quietHours }: Hook): boolean =>
  severityRoutes !== undefined || remindEvery !== undefined || quietHours !== undefined;

/** Whether an alert is told again while it lasts. */
const nags = ({ state, severity, source }: Alert): boolean =>
  state === 'firing' && isAtLeast(severity, 'warning') && tellsEnds.has(source);

/** What was known before a call about an alert is written down. */
export interface Before {
  readonly memory: Memory | undefined;
  /** Whether that was known when the call began. If not, it has come in meanwhile, and which was first only the sender can say. */
  readonly seen: boolean;
}

/**
 * What is known after an alert was told.
 *
 * @param alert with a thread.
 * @returns undefined when there is nothing to be remembered.
 */
export function afterTelling(
  { memory, seen }: Before,
  alert: Alert & { readonly threadKey: string },
  hook: Hook,
  now: number,
): Memory | undefined {
  const { state } = alert;
  const open = memory && !isPast(memory) ? memory : undefined;
  const past = memory && isPast(memory) ? memory : undefined;
  if (state === 'info' || state === 'test') return memory;
  if (state === 'resolved') {
    const ended = endOf(alert);
    const began = open?.began;
    // It fires again already.
    if (!seen && began !== undefined && ended !== undefined && began > ended) return open;
    const told = toldOf(memory, alert);
    return { past: state, ...(ended === undefined ? {} : { ended }), heard: now, told };
  }
  if (state === 'acknowledged') {
    if (!open) {
      const ended = endOf(alert);
      return past ?? { past: state, ...(ended === undefined ? {} : { ended }), heard: now, told: [] };
    }
    // Somebody looks after it, and need not be told.
    const { remindAt: _, ...quiet } = open;
    return { ...quiet, heard: now, acknowledged: true };
  }
  const late = past !== undefined && isLate(past, timeOf(alert.startedAt), seen);
  if (late && past.past === 'resolved') return past;
  const looked = late || (!seen && open?.acknowledged === true);
  return opened(open, alert, looked ? {} : hook, now, looked);
}

/** When it was over, by the sender's clock; for senders that say one time, that one. */
function endOf({ startedAt, endedAt }: Alert): number | undefined {
  const times = [startedAt, endedAt].map(timeOf).filter((time) => time !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}

function timeOf(date: Date | undefined): number | undefined {
  const time = date?.getTime();
  return time === undefined || Number.isNaN(time) ? undefined : time;
}

/**
 * Whether a beginning is that of an alert which is known to be over already. What was known when its call began was before it: it
 * fires again. But when its end was heard of without any beginning, and is later by the sender's clock, this is the beginning, which
 * was overtaken or had to be repeated.
 */
function isLate({ ended, told }: PastAlert, began: number | undefined, seen: boolean): boolean {
  if (began === undefined || ended === undefined || began === ended) return !seen;
  return began < ended && (!seen || told.length === 0);
}

function opened(
  open: OpenAlert | undefined,
  alert: Alert & { readonly threadKey: string },
  { remindEvery }: Pick<Hook, 'remindEvery'>,
  now: number,
  acknowledged: boolean,
): OpenAlert {
  const { severity, source, threadKey, startedAt } = alert;
  const began = timeOf(startedAt);
  const summary = alert.summary && cut(alert.summary, room.summary).text;
  return {
    source,
    title: cut(titleOf(alert), room.title).text,
    ...(summary ? { summary } : {}),
    facts: alert.facts.slice(0, room.facts).map(({ name, value }) => ({
      name: cut(name, room.name).text,
      value: cut(value, room.value).text,
    })),
    links: alert.links.filter(({ url }) => url.length <= room.url).slice(0, room.links),
    threadKey: threadKey.length <= room.url ? threadKey : '',
    severity,
    told: [...new Set([...(open?.told ?? []), severity])],
    since: open?.since ?? startOf(began, now),
    ...(began === undefined ? {} : { began }),
    heard: now,
    ...(acknowledged ? { acknowledged } : {}),
    ...(remindEvery !== undefined && nags(alert) ? { remindAt: now + remindEvery * 1000 } : {}),
  };
}

/** A start in the future, or before anybody's time, is a clock that is wrong. */
function startOf(at = NaN, now: number): number {
  return at > now - 366 * 86_400_000 && at <= now ? at : now;
}

/** Whether writing it down again would change anything that matters. */
export function isNews(before: Memory | undefined, after: Memory): boolean {
  if (before === after) return false;
  if (before === undefined || isPast(before) !== isPast(after)) return true;
  if (isPast(before) || isPast(after)) return !isRepeated(before, after);
  return (
    before.told.length !== after.told.length ||
    before.severity !== after.severity ||
    before.remindAt !== after.remindAt ||
    before.acknowledged !== after.acknowledged ||
    after.heard - before.heard > day ||
    // Whoever wrote it may take it back yet.
    Math.abs(after.heard - before.heard) < flight
  );
}

/**
 * What is known of an alert when the mail that was to tell of it is refused.
 *
 * @returns undefined when that is no less.
 */
export function untoldOf(before: Memory | undefined, after: Memory): OpenAlert | undefined {
  if (isPast(after)) return undefined;
  const told = before && !isPast(before) ? before.told : [];
  return told.length < after.told.length ? { ...after, told } : undefined;
}

const isRepeated = (before: Memory, after: Memory): boolean =>
  isPast(before) && isPast(after) && before.past === after.past && before.ended === after.ended;

/** As what an alert that ends was told, so far as it is known. A repeated end goes to whom it went. */
export function toldOf(memory: Memory | undefined, ending: Alert): readonly Severity[] {
  if (!memory) return [];
  return !isPast(memory) || memory.ended === endOf(ending) ? memory.told : [];
}

/**
 * Alerts that still fire, told again.
 *
 * @param open at least one.
 * @param every seconds.
 */
export function reminderOf(open: readonly OpenAlert[], every: number, now: number): AlertGroup {
  const alerts = open.map((one): Alert => {
    const { source, title, summary, facts, links, severity, since, threadKey } = one;
    return {
      source,
      title: `${title} (still, since ${durationOf(now - since)})`,
      severity,
      state: 'firing',
      ...(summary === undefined ? {} : { summary }),
      facts,
      links,
      startedAt: new Date(since),
      // Of several alerts none has a thread for all.
      ...(open.length > 1 || threadKey === '' ? {} : { threadKey }),
    };
  });
  const last = open.some((one) => isForgotten(one, every, now + every * 1000));
  const what = open.length === 1 ? 'this alert is' : 'these alerts are';
  return {
    kind: 'alerts',
    alerts,
    ...(open.length > 1 ? { title: `${open.length} alerts are still firing` } : {}),
    notes: [
      `A reminder: as far as the sender has said, ${what} neither resolved nor acknowledged. It comes every ${durationOf(every * 1000)}.`,
      ...(last
        ? [
            `What its sender says nothing of for ${durationOf(memoryOf(every))} is forgotten: this is the last reminder.`,
          ]
        : []),
    ],
  };
}

/** Whether nothing has been heard of it for so long that it goes. */
export const isForgotten = ({ heard }: OpenAlert, remindEvery: number | undefined, now: number): boolean =>
  now - heard > memoryOf(remindEvery);
