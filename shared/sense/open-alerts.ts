/**
 * The alerts of a hook that fire, over storage: a partition for each hook, a row for each alert, and one for each reminder that is to
 * be sent.
 *
 * A reminder is decided on by one transaction that puts off the next one of all its alerts and writes the reminder down, so that of
 * many instances one sends it, and it is sent though that one dies.
 */
import type { Hook } from '../access/hook.ts';
import type { Alert, AlertGroup, Severity } from '../alerts/alert.ts';
import type { AlertLedger } from './ledger.ts';
import {
  afterTelling,
  isForgotten,
  isNews,
  mostOpen,
  remembers,
  reminderOf,
  type OpenAlert,
} from './open-alert.ts';
import { printOf } from './tally.ts';

type Threaded = Alert & { readonly threadKey: string };

/** What was known of the alerts of a call before it was told. */
export type Recollection = ReadonlyMap<string, { readonly open: OpenAlert; readonly etag: string }>;

const partitionOf = (name: string): string => `open-${name}`;

/** More alerts of one call than this are not remembered; more than a few are read in one request. */
const mostOfCall = 50;
const few = 3;

/** Alerts of one reminder. */
const mostOfReminder = 50;

/** How often a row is tried to be written while others write it. */
const tries = 5;

/** Looks up what is known of the alerts of a call; no request where the hook has nothing to remember. */
export async function recall(ledger: AlertLedger, hook: Hook, group: AlertGroup): Promise<Recollection> {
  const prints = remembers(hook) ? [...threadsOf(group).keys()] : [];
  const partition = partitionOf(hook.name);
  const all = prints.length > few ? await ledger.list(partition) : undefined;
  const found = await Promise.all(
    prints.map(async (print) => {
      const seen = all ? all.get(print) : await ledger.read(partition, print);
      return seen ? [[print, { open: parse(seen.state), etag: seen.etag }] as const] : [];
    }),
  );
  return new Map(found.flat());
}

/**
 * The severities that decide who is told of a call: the worst of its alerts, and for those that end, whatever they were told as.
 *
 * @param worst of the alerts of the call.
 */
export function audienceOf(group: AlertGroup, known: Recollection, worst: Severity): readonly Severity[] {
  const ending = [...threadsOf(group)].filter(
    ([, { state }]) => state === 'resolved' || state === 'acknowledged',
  );
  const told = ending.flatMap(([print]) => known.get(print)?.open.told ?? []);
  const others = group.alerts.some(({ state }) => state !== 'resolved' && state !== 'acknowledged');
  return [...new Set(told.length === 0 || others ? [worst, ...told] : told)];
}

/** Writes down what is known after a call was told, or held. */
export async function remember(
  ledger: AlertLedger,
  hook: Hook,
  group: AlertGroup,
  known: Recollection,
  now: Date,
): Promise<void> {
  if (!remembers(hook)) return;
  const partition = partitionOf(hook.name);
  await Promise.all(
    [...threadsOf(group)].map(async ([print, alert]) => {
      let before = known.get(print);
      for (let i = 0; i < tries; i++) {
        const after = afterTelling(before?.open, alert, hook, now.getTime());
        if (after ? !isNews(before?.open, after) : !before) return;
        const done = after
          ? await ledger.write(partition, print, JSON.stringify(after), before?.etag)
          : before && (await ledger.remove(partition, print, before.etag));
        if (done) return;
        const seen = await ledger.read(partition, print);
        before = seen && { open: parse(seen.state), etag: seen.etag };
      }
    }),
  );
}

/** A reminder that is to be sent. */
export interface Reminder {
  /** What makes its mail the same on every instance. */
  readonly key: string;
  readonly group: AlertGroup;
  readonly severities: readonly Severity[];
}

/** What a pass over the open alerts of a hook needs. */
export interface OpenTurn {
  readonly now: Date;
  /** When something so bad may be told; undefined: now. */
  readonly quietUntil: (severity: Severity) => Date | undefined;
  /** Has a reminder's mail accepted. @returns whether it was; if not, it is tried again later. */
  readonly send: (reminder: Reminder) => Promise<boolean>;
}

/** Tells again what is due, and forgets what nobody has heard of. Any number of instances may do so at once. */
export async function tendOpenAlerts(
  ledger: AlertLedger,
  hook: Hook,
  { now: date, quietUntil, send }: OpenTurn,
): Promise<void> {
  if (!remembers(hook)) return;
  const now = date.getTime();
  const partition = partitionOf(hook.name);
  const rows = new Map(await ledger.list(partition));
  const { remindEvery } = hook;
  const open = [...rows]
    .filter(([row]) => !row.startsWith(mail))
    .map(([print, { state, etag }]) => ({ print, etag, alert: parse(state) }));

  const due =
    remindEvery === undefined ? [] : open.filter(({ alert: { remindAt = Infinity } }) => remindAt <= now);
  const later = due.map((one) => ({ ...one, until: quietUntil(one.alert.severity)?.getTime() }));
  for (const { print, etag, alert, until } of later) {
    // One reminder in the morning, and not one for every hour of the night.
    if (until !== undefined)
      await ledger.write(partition, print, JSON.stringify({ ...alert, remindAt: until }), etag);
  }
  const ready = later.filter(({ until }) => until === undefined).slice(0, mostOfReminder);
  const [first] = ready;
  if (first && remindEvery !== undefined) {
    const next = now + remindEvery * 1000;
    const row = `${mail}${first.print}-${first.alert.remindAt}`;
    const state = JSON.stringify(ready.map(({ print }) => print));
    const put = ready.map(({ print, etag, alert }) => ({
      row: print,
      etag,
      state: JSON.stringify({ ...alert, remindAt: next }),
    }));
    if (await ledger.together(partition, [...put, { row, state }], [])) rows.set(row, { state, etag: '*' });
  }

  const alerts = new Map(open.map(({ print, alert }) => [print, alert]));
  for (const [row, { state, etag }] of rows) {
    if (!row.startsWith(mail)) continue;
    // What has been resolved meanwhile need not be told again.
    const told = (JSON.parse(state) as string[]).flatMap((print) => alerts.get(print) ?? []);
    const reminder = () => ({
      key: `${partition}\0${row}`,
      group: reminderOf(told, remindEvery ?? 0, now),
      severities: [...new Set(told.map(({ severity }) => severity))],
    });
    if (told.length === 0 || (await send(reminder()))) await ledger.remove(partition, row, etag);
  }

  const waiting = new Set(due.map(({ print }) => print));
  const oldest = open.toSorted((a, b) => b.alert.heard - a.alert.heard).slice(mostOpen);
  for (const { print, etag, alert } of open) {
    // The row of one that has just been told is another by now; it goes in the next pass.
    if (
      !waiting.has(print) &&
      (isForgotten(alert, remindEvery, now) || oldest.some((one) => one.print === print))
    )
      await ledger.remove(partition, print, etag);
  }
}

const mail = 'mail-';

const parse = (text: string): OpenAlert => JSON.parse(text) as OpenAlert;

/** The alerts of a call that can be told from others, by the name of their row; of one alert the last. */
const threadsOf = ({ alerts }: AlertGroup): ReadonlyMap<string, Threaded> =>
  new Map(
    alerts
      .filter((alert): alert is Threaded => alert.threadKey !== undefined)
      .slice(0, mostOfCall)
      .map((alert) => [printOf(alert.threadKey), alert]),
  );
