/**
 * The dead-man's switch: a hook that expects calls says when none comes, and when they come again.
 *
 * One row for each such hook. Its callers note the time in it, each instance at most four times in the time that a call is expected
 * in, so that a busy hook costs no request more. That makes what stands there a quarter too old at worst, and the switch waits that
 * quarter longer.
 */
import type { Hook } from '../access/hook.ts';
import type { Alert, AlertGroup } from '../alerts/alert.ts';
import { durationOf, timeIn } from '../alerts/letter/when.ts';
import type { Seen } from '../pace/row.ts';
import type { AlertLedger } from './ledger.ts';

/** A row. Times are milliseconds since 1970. */
interface Calls {
  /** Whose hook it is: one that is made anew for another submitter was called by nobody yet. Absent in rows of former versions. */
  readonly submitter?: string;
  /** The last call that was noted; when the hook was first looked at where there was none. */
  readonly at: number;
  /** Since when it is known that none came. */
  readonly missing?: number;
  /** While the mail that says so may not have been accepted. */
  readonly untold?: true;
}

const partition = 'calls';

export { partition as callsPartition };

/** When this instance noted a call of each hook of a submitter, in milliseconds since 1970. */
export type Noted = Map<string, number>;

/** Notes that a hook was called. */
export async function noteCall(ledger: AlertLedger, noted: Noted, hook: Hook, now: Date): Promise<void> {
  const { name, submitter, expectEvery } = hook;
  if (expectEvery === undefined) return;
  const at = now.getTime();
  const key = `${name}.${submitter}`;
  const last = noted.get(key);
  if (last !== undefined && Math.abs(at - last) < expectEvery * 250) return;
  for (;;) {
    const seen = await ledger.read(partition, name);
    const calls = callsOf(hook, seen);
    const next: Calls = { ...calls, submitter, at: Math.max(at, calls?.at ?? 0) };
    if (await ledger.write(partition, name, JSON.stringify(next), seen?.etag)) break;
  }
  noted.set(key, at);
}

/** What is known of the calls of a hook. */
function callsOf({ submitter }: Hook, seen: Seen | undefined): Calls | undefined {
  const calls = seen && (JSON.parse(seen.state) as Calls);
  return calls && (calls.submitter ?? submitter) === submitter ? calls : undefined;
}

/** What is to be told about calls. */
export interface CallNotice {
  /** What makes its mail the same on every instance. */
  readonly key: string;
  /** In place of the state, in the subject. */
  readonly tag: '[MISSING]' | '[RECOVERED]';
  readonly group: AlertGroup;
}

/**
 * Looks whether the calls come that hooks expect. Any number of instances may do so at once.
 *
 * @param hooks those that expect calls.
 * @param turn.each takes the turn of a hook, so that one that fails keeps no other from being looked at.
 * @param turn.send has a mail accepted. @returns whether it was; if not, it is tried again later.
 */
export async function tendSilence(
  ledger: AlertLedger,
  hooks: readonly Hook[],
  {
    now,
    each,
    send,
  }: {
    readonly now: Date;
    readonly each: (hook: Hook, act: () => Promise<void>) => Promise<void>;
    readonly send: (hook: Hook, notice: CallNotice) => Promise<boolean>;
  },
): Promise<void> {
  if (hooks.length === 0) return;
  const rows = await ledger.list(partition);
  for (const hook of hooks)
    await each(hook, () => tendCalls(ledger, hook, rows.get(hook.name), now, (notice) => send(hook, notice)));
}

async function tendCalls(
  ledger: AlertLedger,
  hook: Hook,
  seen: Seen | undefined,
  now: Date,
  send: (notice: CallNotice) => Promise<boolean>,
): Promise<void> {
  const { name, submitter, expectEvery = 0 } = hook;
  const calls = callsOf(hook, seen);
  const since = Math.max(calls?.at ?? 0, hook.changedAt?.getTime() ?? 0, hook.createdAt?.getTime() ?? 0);
  let etag = seen?.etag;
  const write = async (next: Calls) => {
    etag = await ledger.write(partition, name, JSON.stringify({ submitter, ...next }), etag);
    return etag !== undefined;
  };
  if (!calls) {
    await write({ at: since || now.getTime() });
    return;
  }
  const { at, missing, untold } = calls;
  const overdue = missing === undefined && now.getTime() - since > expectEvery * 1250;
  // Written down first: whoever is told that calls are missing has to be told that they come again, also when somebody dies here.
  if (overdue && !(await write({ at, missing: since, untold: true }))) return;
  const silent = overdue ? since : missing;
  if (silent === undefined) return;
  if (overdue || untold) {
    if (await send(missingNotice(hook, silent, now))) await write({ at, missing: silent });
  } else if (at > silent) {
    if (await send(recoveredNotice(hook, silent, at))) await write({ at });
  }
}

const base = ({ name }: Hook, since: number): Pick<Alert, 'source' | 'facts' | 'links' | 'threadKey'> => ({
  source: 'postrider',
  facts: [],
  links: [],
  threadKey: `calls\0${name}\0${since}`,
});

function missingNotice(hook: Hook, since: number, now: Date): CallNotice {
  const { name, expectEvery = 0, zone = 'UTC' } = hook;
  const alert: Alert = {
    ...base(hook, since),
    title: `No call to the hook "${name}" for ${durationOf(now.getTime() - since)}`,
    // Nobody knows how bad it is, and what would tell is silent.
    severity: 'critical',
    state: 'firing',
    summary: `A call is expected every ${durationOf(expectEvery * 1000)}, and none has come since ${timeIn(zone, new Date(since)) ?? ''}. Look whether what calls this hook still runs, and whether it reaches this bridge. A mail will say when calls come again.`,
    startedAt: new Date(since),
  };
  return { key: `missing\0${name}\0${since}`, tag: '[MISSING]', group: { kind: 'alerts', alerts: [alert] } };
}

function recoveredNotice(hook: Hook, since: number, at: number): CallNotice {
  const alert: Alert = {
    ...base(hook, since),
    title: `The hook "${hook.name}" is called again`,
    severity: 'ok',
    state: 'resolved',
    startedAt: new Date(since),
    endedAt: new Date(at),
  };
  const group: AlertGroup = { kind: 'alerts', alerts: [alert] };
  return { key: `recovered\0${hook.name}\0${since}`, tag: '[RECOVERED]', group };
}
