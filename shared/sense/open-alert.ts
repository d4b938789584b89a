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

/** A row. */
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
  /** When its sender told of it last. */
  readonly heard: number;
  /** When it is to be told again; absent when it is not. */
  readonly remindAt?: number;
}

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

/**
 * What is known after an alert was told.
 *
 * @param alert with a thread.
 * @returns undefined when there is nothing to be remembered (any more).
 */
export function afterTelling(
  open: OpenAlert | undefined,
  alert: Alert & { readonly threadKey: string },
  { remindEvery }: Hook,
  now: number,
): OpenAlert | undefined {
  const { state, severity, source, threadKey, startedAt } = alert;
  if (state === 'resolved') return undefined;
  if (state === 'info' || state === 'test') return open;
  if (state === 'acknowledged') {
    if (!open) return undefined;
    // Somebody looks after it, and need not be told.
    const { remindAt: _, ...quiet } = open;
    return { ...quiet, heard: now };
  }
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
    since: open?.since ?? startOf(startedAt, now),
    heard: now,
    ...(remindEvery !== undefined && nags(alert) ? { remindAt: now + remindEvery * 1000 } : {}),
  };
}

/** A start in the future, or before anybody's time, is a clock that is wrong. */
function startOf(startedAt: Date | undefined, now: number): number {
  const at = startedAt?.getTime() ?? NaN;
  return at > now - 366 * 86_400_000 && at <= now ? at : now;
}

/** Whether writing it down again would change anything that matters. */
export const isNews = (before: OpenAlert | undefined, after: OpenAlert): boolean =>
  before === undefined ||
  before.told.length !== after.told.length ||
  before.severity !== after.severity ||
  before.remindAt !== after.remindAt ||
  after.heard - before.heard > day;

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
