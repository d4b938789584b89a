/**
 * Storm control over storage: what callers and the timer of any instance agree on.
 *
 * A partition for each hook with three kinds of rows: `state` (storm.ts); `held-…`, one for each call that is held, written before its
 * sender gets a 200; `digest-…`, a mail that is to be sent. The timer adds held rows up into the state and removes them in one
 * transaction, so that each is counted once, whoever dies; and so it turns the sum into a digest when the window is over. A row
 * that comes late, from a caller who saw the former window, is part of the next sum. The digest's row goes when its mail is durable,
 * and its mail has a key, so that it is sent once.
 */
import type { Hook } from '../access/hook.ts';
import { mostTogether, type AlertLedger, type Write } from './ledger.ts';
import { close, decide, isOver, type Arrival, type StormState } from './storm.ts';
import { merged, parseTally, type Tally } from './tally.ts';

/** A digest that is to be sent. */
export interface Digest {
  /** What makes its mail the same on every instance. */
  readonly key: string;
  readonly tally: Tally;
  /** When its storm began, in milliseconds since 1970. */
  readonly storm: number;
}

/** What has to be known of a hook. */
type Stormy = Pick<Hook, 'name' | 'storm'>;

const prefix = 'storm-';
const partitionOf = (name: string): string => prefix + name;

/** More held rows than this are added up before the window is over. */
const crowd = 500;

/** How long a row of a hook without storms is kept, in milliseconds. */
const idle = 86_400_000;

/**
 * Decides about a call, and writes it down where it is held: two requests.
 *
 * @returns `hold` when it will be in a digest, for certain.
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function passOrHold(
  ledger: AlertLedger,
  { name, storm }: Stormy,
  arrival: Arrival & { readonly tally: Tally },
  now: Date,
): Promise<'pass' | 'hold'> {
  if (!storm) return 'pass';
  const partition = partitionOf(name);
  for (;;) {
    const seen = await ledger.read(partition, 'state');
    const { kind, state } = decide(seen && parseState(seen.state), storm, arrival, now.getTime());
    if (state && !(await ledger.write(partition, 'state', JSON.stringify(state), seen?.etag))) continue;
    // The same row when the sender repeats its request.
    if (kind === 'hold')
      await ledger.write(partition, `held-${arrival.print}`, JSON.stringify(arrival.tally), undefined);
    return kind;
  }
}

/** Names of hooks that have, or had, a storm; whether or not they have storm control now. */
export async function stormyHooks(ledger: AlertLedger): Promise<readonly string[]> {
  return [...(await ledger.named('state')).keys()]
    .filter((partition) => partition.startsWith(prefix))
    .map((partition) => partition.slice(prefix.length));
}

/**
 * Adds up what is held, ends windows that are over, and has digests sent. Any number of instances may do so at once.
 *
 * @param send has a digest's mail accepted. @returns whether it was; if not, it is tried again later.
 */
export async function tendStorm(
  ledger: AlertLedger,
  { name, storm }: Stormy,
  now: Date,
  send: (digest: Digest) => Promise<boolean>,
): Promise<void> {
  const partition = partitionOf(name);
  const rows = new Map(await ledger.list(partition));
  const held = [...rows].filter(([row]) => row.startsWith('held-'));
  const first = rows.get('state');
  if (!first) return;
  let [state, etag] = [parseState(first.state), first.etag];
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
  } else if (rows.size === 1 && now.getTime() - state.since > idle) {
    await ledger.remove(partition, 'state', etag);
  }
  for (const [row, { state: text, etag: seen }] of rows) {
    if (!row.startsWith('digest-')) continue;
    const { tally, storm: begun } = JSON.parse(text) as { tally: Tally; storm: number };
    const key = `${partition}\0${row}`;
    if (await send({ key, tally, storm: begun })) await ledger.remove(partition, row, seen);
  }
}

const parseState = (text: string): StormState => JSON.parse(text) as StormState;
