/**
 * Storm control over storage: what callers and the timer of any instance agree on.
 *
 * A partition for each hook with three kinds of rows: `state` (storm.ts); `held-…`, one for each call that is held, written before its
 * sender gets a 200; `digest-…`, a mail that is to be sent. The timer adds held rows up into the state and removes them in one
 * transaction, so that each is counted once, whoever dies; and so it turns the sum into a digest when the window is over. A row
 * that comes late, from a caller who saw the former window, is part of the next sum. The digest's row goes when its mail is durable,
 * and its mail has a key, so that it is sent once. A fourth row, `hook`, is the hook as it was when it began to hold: whoever removes it
 * from the register takes nothing from those who wait for the digest.
 */
import type { Hook } from '../access/hook.ts';
import type { AlertFile } from '../alerts/alert.ts';
import type { Seen } from '../pace/row.ts';
import { dropFiles, keepFiles, planFiles } from './held-files.ts';
import { mostTogether, type AlertLedger, type Write } from './ledger.ts';
import type { Written } from './take-back.ts';
import { close, decide, isOver, type Arrival, type StormState } from './storm.ts';
import { merged, parseTally, withFiles, type Tally } from './tally.ts';

/** A digest that is to be sent. */
export interface Digest {
  /** What makes its mail the same on every instance. */
  readonly key: string;
  readonly tally: Tally;
  /** When its storm began, in milliseconds since 1970. */
  readonly storm: number;
}

/** Whose storm it is: a hook that is made anew for another submitter has nothing to do with the former one. */
export type Whose = Pick<Hook, 'name' | 'submitter'>;

const prefix = 'storm-';

/** Neither name has a dot. */
const partitionOf = ({ name, submitter }: Whose): string => `${prefix}${name}.${submitter}`;

/** More held rows than this are added up before the window is over. */
const crowd = 500;

/** How long a row of a hook without storms is kept, in milliseconds. */
const idle = 86_400_000;

/**
 * Decides about a call, and writes it down where it is held: two requests, and two more for each of its files.
 *
 * @returns `hold` when it will be in a digest, for certain; and what was written about one that passes, if its mail is refused.
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function passOrHold(
  ledger: AlertLedger,
  hook: Hook,
  arrival: Arrival & { readonly tally: Tally; readonly files?: readonly AlertFile[] },
  now: Date,
): Promise<{ readonly kind: 'pass' | 'hold'; readonly written: readonly Written[] }> {
  const { storm } = hook;
  if (!storm) return { kind: 'pass', written: [] };
  const partition = partitionOf(hook);
  for (;;) {
    const seen = await ledger.read(partition, 'state');
    const { kind, state } = decide(seen && parseState(seen.state), storm, arrival, now.getTime());
    if (kind === 'hold' && state) await keep(ledger, hook, await ledger.read(partition, 'hook'));
    const etag = state && (await ledger.write(partition, 'state', JSON.stringify(state), seen?.etag));
    if (state && etag === undefined) continue;
    if (kind === 'hold') await hold(ledger, hook, arrival);
    if (kind === 'hold' || etag === undefined) return { kind, written: [] };
    return { kind, written: [{ partition, row: 'state', etag, ...(seen ? { untold: seen.state } : {}) }] };
  }
}

/** Writes a call down: the same rows when the sender repeats its request. */
async function hold(
  ledger: AlertLedger,
  whose: Whose,
  { print, tally, files = [] }: Arrival & { readonly tally: Tally; readonly files?: readonly AlertFile[] },
): Promise<void> {
  const plan = await planFiles(ledger, whose, files, print);
  const state = JSON.stringify(withFiles(tally, plan));
  await ledger.write(partitionOf(whose), `held-${print}`, state, undefined);
  await keepFiles(ledger, whose, plan);
}

/** What storm control would do about a call now, and how full the window is. Writes nothing; one request. */
export async function foresee(
  ledger: Pick<AlertLedger, 'read'>,
  hook: Hook,
  arrival: Arrival,
  now: Date,
): Promise<Foresight | undefined> {
  const { storm } = hook;
  if (!storm) return undefined;
  const seen = await ledger.read(partitionOf(hook), 'state');
  const state = seen && parseState(seen.state);
  const { kind } = decide(state, storm, arrival, now.getTime());
  const lasts = state && (state.storm !== undefined || !isOver(state, storm, now.getTime()));
  const since = lasts ? state.since : now.getTime();
  return { kind, sent: lasts ? state.sent : 0, until: new Date(since + storm.within * 1000) };
}

/** What would become of a call in storm control. */
export interface Foresight {
  readonly kind: 'pass' | 'hold';
  /** Mails that have gone at once in this window. */
  readonly sent: number;
  /** When the window is over. */
  readonly until: Date;
}

/** Writes down what a hook is now. Of two who write at the same time either is right. */
async function keep(ledger: AlertLedger, hook: Hook, kept: Seen | undefined): Promise<void> {
  const state = JSON.stringify(hook);
  if (kept?.state !== state) await ledger.write(partitionOf(hook), 'hook', state, kept?.etag);
}

/** Hooks that have, or had, a storm; whether or not they have storm control now, or are there at all. */
export async function stormyHooks(ledger: AlertLedger): Promise<readonly Whose[]> {
  return (await ledger.partitionsWith(prefix, 'state')).map((partition) => {
    const [name = '', submitter = ''] = partition.slice(prefix.length).split('.');
    return { name, submitter };
  });
}

/** Names of the files that wait for a digest of a hook. One request. */
export async function namedFiles(
  ledger: Pick<AlertLedger, 'list'>,
  whose: Whose,
): Promise<ReadonlySet<string>> {
  return new Set((await talliesOf(ledger, whose)).flatMap(({ kept = [] }) => kept.map(({ row }) => row)));
}

/** How much a hook holds, of which nobody has been told yet. One request. */
export async function heldBy(
  ledger: AlertLedger,
  whose: Whose,
): Promise<{ readonly calls: number; readonly alerts: number }> {
  const tallies = await talliesOf(ledger, whose);
  const sum = (of: 'calls' | 'alerts') => tallies.reduce((total, tally) => total + tally[of], 0);
  return { calls: sum('calls'), alerts: sum('alerts') };
}

async function talliesOf(ledger: Pick<AlertLedger, 'list'>, whose: Whose): Promise<readonly Tally[]> {
  return [...(await ledger.list(partitionOf(whose)))].flatMap(([row, { state }]) => {
    if (row.startsWith('held-')) return [parseTally(state)];
    if (row === 'state') return parseState(state).tally ?? [];
    return row.startsWith('digest-') ? [parseDigest(state).tally] : [];
  });
}

/** What a pass over the storm of a hook needs. */
export interface StormTurn {
  readonly now: Date;
  /** The hook, if it is in the register. */
  readonly registered: Hook | undefined;
  /** Has a digest's mail accepted, for the hook as it is or as it was. @returns whether it is done with; else it is tried again later. */
  readonly send: (digest: Digest, hook: Hook) => Promise<boolean>;
}

/** Adds up what is held, ends windows that are over, and has digests sent. Any number of instances may do so at once. */
export async function tendStorm(
  ledger: AlertLedger,
  whose: Whose,
  { now, registered, send }: StormTurn,
): Promise<void> {
  const partition = partitionOf(whose);
  const rows = new Map(await ledger.list(partition));
  const kept = rows.get('hook');
  const hook = registered ?? (kept && (JSON.parse(kept.state) as Hook));
  const { storm } = hook ?? {};
  const held = [...rows].filter(([row]) => row.startsWith('held-'));
  const first = rows.get('state');
  if (!first) return;
  let [state, etag] = [parseState(first.state), first.etag];
  if (registered && kept) await keep(ledger, registered, kept);
  /** @returns false when another instance is at it, and will see to the end. */
  const step = async (next: StormState, others: readonly Write[], removed: readonly string[]) => {
    const own = { row: 'state', state: JSON.stringify(next), etag };
    if (!(await ledger.together(partition, [own, ...others], removed))) return false;
    const written = await ledger.read(partition, 'state');
    if (!written) return false;
    [state, etag] = [parseState(written.state), written.etag];
    return true;
  };

  // Until then a call that is repeated finds its row, and counts once.
  const due = storm === undefined || state.storm === undefined || isOver(state, storm, now.getTime());
  const adding = due || held.length > crowd ? held : [];
  for (let i = 0; i < adding.length; i += mostTogether - 1) {
    const some = adding.slice(i, i + mostTogether - 1);
    const tallies = some.map(([, { state: text }]) => parseTally(text)).toSorted((a, b) => a.from - b.from);
    const tally = [...(state.tally ? [state.tally] : []), ...tallies].reduce(merged);
    if (
      !(await step(
        { ...state, tally },
        [],
        some.map(([row]) => row),
      ))
    )
      return;
  }
  const closing = close(state, storm, now.getTime());
  if (closing) {
    const { digest: tally, next } = closing;
    const { since, storm: begun = since } = state;
    // What comes late to a window makes a digest of its own, and its mail must not be taken for the first one's.
    const row = `digest-${since}-${now.getTime()}`;
    const digest = tally && { row, state: JSON.stringify({ tally, storm: begun }) };
    if (!(await step(next, digest ? [digest] : [], []))) return;
    if (digest) rows.set(digest.row, { state: digest.state, etag: '*' });
  } else if (rows.size === (kept ? 2 : 1) && now.getTime() - state.since > idle) {
    if (await ledger.remove(partition, 'state', etag)) {
      if (kept) await ledger.remove(partition, 'hook', '*');
      await dropFiles(ledger, whose);
    }
  }
  if (!hook) return;
  for (const [row, { state: text, etag: seen }] of rows) {
    if (!row.startsWith('digest-')) continue;
    const key = `${partition}\0${row}`;
    const digest = { key, ...parseDigest(text) };
    if (!(await send(digest, hook))) continue;
    await dropFiles(ledger, whose, digest.tally.kept ?? []);
    await ledger.remove(partition, row, seen);
  }
}

const parseDigest = (text: string) => JSON.parse(text) as Pick<Digest, 'tally' | 'storm'>;

const parseState = (text: string): StormState => JSON.parse(text) as StormState;
