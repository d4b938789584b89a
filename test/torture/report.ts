/** What a run says about itself. */
import type { Account, Finding } from './account.ts';
import type { Deeds } from './director.ts';
import type { Recovery } from './ledger.ts';
import type { TortureOptions } from './options.ts';

/** A run, told. */
export interface Told {
  readonly options: TortureOptions;
  readonly account: Account;
  readonly kept: boolean;
  /** Processes killed with -9. */
  readonly kills: number;
  /** By crash point, and `kill at random`. */
  readonly killsByPoint: Readonly<Record<string, number>>;
  /** Points that were set a trap at and that no process came by. */
  readonly notReached: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  /** Requests that the writers repeated. */
  readonly repeats: number;
  /** Seconds from a kill until the next attempt at a message that the killed process held; null when there was none. */
  readonly recovery: {
    readonly median: number;
    readonly worst: number;
    /** The parts of the worst: see Recovery in ledger.ts. */
    readonly why: Omit<Recovery, 'total'>;
    /** The worst of each part. */
    readonly parts: Pick<Recovery, 'noticed' | 'queued' | 'turn'>;
    readonly messages: number;
  } | null;
  readonly graph: { readonly peak: number; readonly throttled: number };
  /** Stories of processes that ended by themselves. */
  readonly falls: readonly string[];
  readonly seconds: number;
  /** Seconds of these in which the machine stood still: recovery is told without them. */
  readonly stood: number;
}

/** Splits what was done into kills and faults. */
export function sortDeeds(deeds: Deeds, points: readonly string[]) {
  const names = new Set([...points, 'kill at random']);
  const pairs = [...deeds].toSorted(([a], [b]) => a.localeCompare(b));
  const killsByPoint = Object.fromEntries(pairs.filter(([name]) => names.has(name)));
  return {
    killsByPoint,
    kills: Object.values(killsByPoint).reduce((sum, n) => sum + n, 0),
    faults: Object.fromEntries(pairs.filter(([name]) => !names.has(name))),
  };
}

const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** Median and worst, in seconds. The worst comes with its parts. */
export function recoveryOf(recoveries: readonly Recovery[]): Told['recovery'] {
  const sorted = recoveries.toSorted((a, b) => a.total - b.total);
  const worst = sorted.at(-1);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!worst || !median) return null;
  const most = (part: 'noticed' | 'queued' | 'turn'): number =>
    seconds(Math.max(...recoveries.map((one) => one[part])));
  const { message, held, total, noticed, queued, turn } = worst;
  return {
    median: seconds(median.total),
    worst: seconds(total),
    why: { message, held, noticed: seconds(noticed), queued: seconds(queued), turn: seconds(turn) },
    parts: { noticed: most('noticed'), queued: most('queued'), turn: most('turn') },
    messages: sorted.length,
  };
}

/** As text for a person. */
export function asText(told: Told): string {
  const { options, account, recovery, graph } = told;
  const { states } = account;
  const other = Object.entries(states).filter(([state]) => !['relayed', 'unknown', 'failed'].includes(state));
  return [
    `accepted ${account.accepted}, relayed ${states['relayed'] ?? 0}, held ${states['unknown'] ?? 0}, failed ${states['failed'] ?? 0}` +
      other.map(([state, n]) => `, ${state} ${n}`).join(''),
    `lost ${account.lost.length}`,
    `duplicated ${account.allowed.length + account.forbidden.length}: ${account.allowed.length} by rule (outcome unknown, on_unknown=retry), ${account.forbidden.length} without`,
    ...(account.wrong.length > 0 ? [`recorded wrongly ${account.wrong.length}`] : []),
    recovery
      ? `recovery after a kill: median ${recovery.median} s, worst ${recovery.worst} s, of ${recovery.messages} messages that the killed held; ` +
        `the worst after ${recovery.why.held}: rung for after ${recovery.why.noticed} s, in the queue ${recovery.why.queued} s, its turn ${recovery.why.turn} s; ` +
        `worst of each: ${recovery.parts.noticed} s, ${recovery.parts.queued} s, ${recovery.parts.turn} s`
      : 'recovery after a kill: no killed process held a message',
    `Graph requests at once: ${graph.peak} at most; ${graph.throttled} refused as too many`,
    `repeated submissions ${told.repeats}; took ${told.seconds} s${told.stood > 0 ? `, ${told.stood} s of them the machine stood still` : ''}`,
    `killed ${told.kills}: ${list(told.killsByPoint)}`,
    ...(told.notReached.length > 0 ? [`nobody came by: ${told.notReached.join(', ')}`] : []),
    `other faults: ${list(told.faults)}`,
    ...section('LOST', account.lost),
    ...section('DUPLICATED WITHOUT A RULE', account.forbidden),
    ...section('RECORDED WRONGLY', account.wrong),
    ...told.falls.slice(0, 5).map((story) => `A PROCESS FELL: ${story}`),
    asRow(told),
    `${told.kept ? 'kept' : 'BROKEN'}; repeat with --seed ${options.seed}`,
  ].join('\n');
}

/** As a row of the table in docs/benchmarks.md. */
function asRow({ options, account, kills, faults, recovery, ...told }: Told): string {
  const { transport, storage, lookup, lease, seed } = options;
  const looked = { none: 'no look-up', read: 'look-up', drafts: 'look-up and drafts' }[lookup];
  const others = Object.values(faults).reduce((sum, n) => sum + n, 0);
  return `| ${[
    `${options.faults}, ${transport}, ${storage}, ${looked}, lease ${lease} s, seed ${seed}`,
    account.accepted,
    account.lost.length,
    `${account.allowed.length} by rule, ${account.forbidden.length} without`,
    account.states['unknown'] ?? 0,
    `${kills} and ${others} other faults`,
    recovery ? `${recovery.median} s, ${recovery.worst} s` : 'none',
    `${Math.round(told.seconds / 6) / 10} min`,
  ].join(' | ')} |`;
}

/** As JSON. */
export const asJson = (told: Told): string => JSON.stringify(told, null, 2);

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ') || 'none';

const section = (title: string, findings: readonly Finding[]): string[] =>
  findings
    .slice(0, 20)
    .map(({ id, subject, what, story }) => `${title}: ${subject} (${id}). ${what} ${story}`);
