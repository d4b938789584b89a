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
  isPast,
  mostOpen,
  pastMemory,
  remembers,
  reminderOf,
  toldOf,
  untoldOf,
  type OpenAlert,
  type Memory,
} from './open-alert.ts';
import type { Written } from './take-back.ts';
import { printOf } from './tally.ts';

type Threaded = Alert & { readonly threadKey: string };

/** What was known of the alerts of a call before it was told. */
export type Recollection = ReadonlyMap<string, { readonly memory: Memory; readonly etag: string }>;

/** What the names of their partitions begin with. */
export const openPrefix = 'open-';

/** Neither name has a dot. A hook that is made anew for another submitter knows nothing of the former one's alerts. */
const partitionOf = ({ name, submitter }: Hook): string => `${openPrefix}${name}.${submitter}`;

/** More alerts of one call than this are not remembered; more than a few are read in one request. */
const mostOfCall = 50;
const few = 3;

/** Alerts of one reminder. */
const mostOfReminder = 50;

/** Alerts that are over which a pass of the timer removes at most. */
const mostOfPass = 100;

/** Looks up what is known of the alerts of a call; no request where the hook has nothing to remember. */
export async function recall(ledger: AlertLedger, hook: Hook, group: AlertGroup): Promise<Recollection> {
  const prints = remembers(hook) ? [...threadsOf(group).keys()] : [];
  const partition = partitionOf(hook);
  const all = prints.length > few ? await ledger.list(partition) : undefined;
  const found = await Promise.all(
    prints.map(async (print) => {
      const seen = all ? all.get(print) : await ledger.read(partition, print);
      return seen ? [[print, { memory: parse(seen.state), etag: seen.etag }] as const] : [];
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
  const ending = [...threadsOf(group)].filter(([, alert]) => isEnd(alert));
  const told = ending.flatMap(([print, alert]) => toldOf(known.get(print)?.memory, alert));
  const others = group.alerts.some((alert) => !isEnd(alert));
  return [...new Set(told.length === 0 || others ? [worst, ...told] : told)];
}

/**
 * Writes down what is known of the alerts of a call: of those that begin before it is told or held, of those that end afterwards. Who
 * dies in between leaves a memory that knows too much: then an end goes to all who may have heard of the beginning, and what nobody
 * heard of is told by a reminder.
 *
 * An end stays as a row for a while. Were it removed, a beginning that is on its way through another instance would be written after
 * it, and last for ever; so it finds that it is over.
 *
 * @returns what says that somebody was told, and is not so if the mail is refused.
 */
export async function remember(
  ledger: AlertLedger,
  hook: Hook,
  { group, known, now }: { readonly group: AlertGroup; readonly known: Recollection; readonly now: Date },
  which: 'beginnings' | 'ends',
): Promise<readonly Written[]> {
  if (!remembers(hook)) return [];
  const partition = partitionOf(hook);
  const look = async (print: string) => {
    const seen = await ledger.read(partition, print);
    return seen && { memory: parse(seen.state), etag: seen.etag };
  };
  const mine = [...threadsOf(group)].filter(([, alert]) => isEnd(alert) === (which === 'ends'));
  const written = await Promise.all(
    mine.map(async ([print, alert]): Promise<readonly Written[]> => {
      // What ends may have begun on another instance while this one was telling its end.
      let seen = known.has(print) || which === 'beginnings';
      let before = known.get(print) ?? (which === 'ends' ? await look(print) : undefined);
      for (;;) {
        const memory = before?.memory;
        const after = afterTelling({ memory, seen }, alert, hook, now.getTime());
        if (!after || !isNews(memory, after)) return [];
        const etag = await ledger.write(partition, print, JSON.stringify(after), before?.etag);
        if (etag !== undefined) {
          const untold = untoldOf(memory, after);
          return untold ? [{ partition, row: print, etag, untold: JSON.stringify(untold) }] : [];
        }
        [before, seen] = [await look(print), false];
      }
    }),
  );
  return written.flat();
}

const isEnd = ({ state }: Alert): boolean => state === 'resolved' || state === 'acknowledged';

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

/**
 * Tells again what is due, and forgets what nobody has heard of. Any number of instances may do so at once.
 *
 * @returns how many alerts are forgotten because there were too many.
 */
export async function tendOpenAlerts(
  ledger: AlertLedger,
  hook: Hook,
  { now: date, quietUntil, send }: OpenTurn,
): Promise<number> {
  if (!remembers(hook)) return 0;
  const now = date.getTime();
  const partition = partitionOf(hook);
  const rows = new Map(await ledger.list(partition));
  const { remindEvery } = hook;
  const all = [...rows]
    .filter(([row]) => !row.startsWith(mail))
    .map(([print, { state, etag }]) => ({ print, etag, alert: parse(state) }));
  const open = all.flatMap(({ alert, ...one }) => (isPast(alert) ? [] : [{ ...one, alert }]));

  const due =
    remindEvery === undefined ? [] : open.filter(({ alert: { remindAt = Infinity } }) => remindAt <= now);
  const later = due.map((one) => ({ ...one, until: quietUntil(one.alert.severity)?.getTime() }));
  for (const { print, etag, alert, until } of later) {
    // One reminder in the morning, and not one for every hour of the night.
    if (until !== undefined)
      await ledger.write(partition, print, JSON.stringify({ ...alert, remindAt: until }), etag);
  }
  const waiting = new Set(
    [...rows].flatMap(([row, { state }]) => (row.startsWith(mail) ? (JSON.parse(state) as string[]) : [])),
  );
  const ready = later.filter(({ until }) => until === undefined).slice(0, mostOfReminder);
  // While one reminder cannot be sent, the next ones do not pile up behind it.
  const told = ready.filter(({ print }) => !waiting.has(print));
  if (ready.length > 0 && remindEvery !== undefined) {
    const next = now + remindEvery * 1000;
    const put = ready.map(({ print, etag, alert }) => ({
      row: print,
      etag,
      state: JSON.stringify({ ...alert, remindAt: next }),
    }));
    const [first] = told;
    const state = JSON.stringify(told.map(({ print }) => print));
    const reminder = first && { row: `${mail}${first.print}-${first.alert.remindAt}`, state };
    if ((await ledger.together(partition, [...put, ...(reminder ? [reminder] : [])], [])) && reminder)
      rows.set(reminder.row, { state, etag: '*' });
  }

  const alerts = new Map(open.map(({ print, alert }): [string, Lasting] => [print, { ...alert, print }]));
  for (const [row, { state, etag }] of rows) {
    if (!row.startsWith(mail)) continue;
    // What has been resolved meanwhile need not be told again, nor what a hook tells no reminders of any more.
    const lasting = (JSON.parse(state) as string[]).flatMap((print) => alerts.get(print) ?? []);
    if (lasting.length > 0 && remindEvery !== undefined) {
      const reminder = {
        key: `${partition}\0${row}`,
        group: reminderOf(lasting, remindEvery, now),
        severities: [...new Set(lasting.map(({ severity }) => severity))],
      };
      if (!(await send(reminder))) continue;
      for (const one of lasting) if (!isTold(one)) await noteTold(ledger, partition, one);
    }
    await ledger.remove(partition, row, etag);
  }

  // The row of one that has just been told is another by now; it goes in the next pass.
  const written = new Set(due.map(({ print }) => print));
  const tooMany = new Set(
    open
      .toSorted((a, b) => b.alert.heard - a.alert.heard)
      .slice(mostOpen)
      .map(({ print }) => print),
  );
  let forgotten = 0;
  for (const { print, etag, alert } of open) {
    if (written.has(print) || !(tooMany.has(print) || isForgotten(alert, remindEvery, now))) continue;
    if ((await ledger.remove(partition, print, etag)) && tooMany.has(print)) forgotten++;
  }
  const past = all.filter(({ alert }) => isPast(alert)).toSorted((a, b) => b.alert.heard - a.alert.heard);
  const over = past.filter(({ alert }, i) => i >= mostOpen || now - alert.heard > pastMemory);
  for (const { print, etag } of over.slice(-mostOfPass)) await ledger.remove(partition, print, etag);
  return forgotten;
}

/** That a reminder has told of an alert whose own mail was refused. The reminder's row goes afterwards, so that it is done. */
async function noteTold(ledger: AlertLedger, partition: string, { print, severity }: Lasting): Promise<void> {
  for (;;) {
    const seen = await ledger.read(partition, print);
    const memory = seen && parse(seen.state);
    if (!memory || isPast(memory) || memory.told.includes(severity)) return;
    const next: OpenAlert = { ...memory, told: [...memory.told, severity] };
    if (await ledger.write(partition, print, JSON.stringify(next), seen.etag)) return;
  }
}

const isTold = ({ told, severity }: OpenAlert): boolean => told.includes(severity);

type Lasting = OpenAlert & { readonly print: string };

const mail = 'mail-';

const parse = (text: string): Memory => JSON.parse(text) as Memory;

/** The alerts of a call that can be told from others, by the name of their row; of one alert the last. */
const threadsOf = ({ alerts }: AlertGroup): ReadonlyMap<string, Threaded> =>
  new Map(
    alerts
      .filter((alert): alert is Threaded => alert.threadKey !== undefined)
      .slice(0, mostOfCall)
      .map((alert) => [printOf(alert.threadKey), alert]),
  );
