/**
 * What the proxies have seen happen to each message: where it stands, who held it last, and what became of it when that process was
 * killed. It steers the run, measures recovery and is the evidence when something is wrong; the account at the end is taken from
 * storage itself.
 */
import { endStates, type StorageAct } from './storage-wire.ts';

/**
 * From a kill until the next attempt at a message that the killed process held, or until the message came to its end, in milliseconds.
 * When the one who takes it over is killed too, the time begins again.
 */
export interface Recovery {
  readonly message: string;
  /** What the killed process had done last: `claim`, `doorbell-taken`, an insert. */
  readonly held: string;
  readonly total: number;
  /** Until somebody rang for it: the lease, and the next sweep. */
  readonly noticed: number;
  /** From then until a process took the doorbell. */
  readonly queued: number;
  /** From then on: routes, pace, lanes. */
  readonly turn: number;
}

/** The ledger. */
export interface Ledger {
  /** Writes down what storage has confirmed to a process. */
  note(process: number, act: StorageAct): void;
  /** Writes a remark into a message's trail, or into those of all. */
  remark(message: string | undefined, text: string): void;
  /** A process was killed: what it held waits from now on for another one. */
  killed(process: number): void;
  /** Messages that have not come to their end. */
  readonly open: number;
  /** Those of them that a killed process held and that nobody has taken over. */
  readonly orphans: number;
  /** Milliseconds since a row was last seen to change. */
  readonly still: number;
  readonly recoveries: readonly Recovery[];
  /** All that was seen of a message, and the remarks for all, one after another. */
  trail(message: string): readonly string[];
}

interface Orphan {
  readonly since: number;
  readonly held: string;
  rung?: number;
  taken?: number;
}

interface Holder {
  readonly process: number;
  readonly step: string;
}

/** Opens an empty ledger. @param now milliseconds of a clock that stands still while the machine does. */
export function openLedger(now: () => number = () => performance.now()): Ledger {
  const open = new Set<string>();
  const ended = new Set<string>();
  const holders = new Map<string, Holder>();
  const orphans = new Map<string, Orphan>();
  const recoveries: Recovery[] = [];
  const trails = new Map<string, string[]>();
  const ofAll: string[] = [];
  let lastMove = now();

  const write = (message: string | undefined, text: string): void => {
    const line = `${(now() / 1000).toFixed(2)} ${text}`;
    const trail = message === undefined ? ofAll : trails.get(message);
    if (trail) trail.push(line);
    else if (message !== undefined) trails.set(message, [line]);
  };
  const recovered = (message: string, at: number): void => {
    const orphan = orphans.get(message);
    if (!orphan) return;
    orphans.delete(message);
    const { since, held, rung = at } = orphan;
    const taken = Math.max(rung, orphan.taken ?? rung);
    const [total, noticed, queued, turn] = [at - since, rung - since, taken - rung, at - taken];
    recoveries.push({ message, held, total, noticed, queued, turn });
  };

  return {
    note(process, { step, messages, state }) {
      const at = now();
      for (const message of messages) {
        write(message, `p${process} ${step}${state === undefined ? '' : ` (${state})`}`);
        const isInsert = step.endsWith('-insert');
        if (isInsert && !ended.has(message)) open.add(message);
        if (isInsert || state !== undefined) lastMove = at;
        const orphan = orphans.get(message);
        if (step === 'doorbell-put' && orphan) orphan.rung ??= at;
        if (step === 'doorbell-taken' && orphan?.rung !== undefined) orphan.taken ??= at;
        if (step === 'claim' || step === 'settle') recovered(message, at);
        // With a doorbell in the queue the message is nobody's.
        if (step === 'doorbell-put' || step === 'doorbell-later') holders.delete(message);
        else if (isInsert || step === 'doorbell-taken' || step === 'claim' || step === 'sweep-mark') {
          if (!ended.has(message)) holders.set(message, { process, step });
        }
        if (state !== undefined && endStates.has(state)) {
          open.delete(message);
          ended.add(message);
          holders.delete(message);
        } else if (state !== undefined) {
          open.add(message);
          ended.delete(message);
        }
      }
    },
    remark: write,
    killed(process) {
      const at = now();
      for (const [message, holder] of holders) {
        if (holder.process !== process) continue;
        holders.delete(message);
        orphans.set(message, { since: at, held: holder.step });
      }
    },
    get open() {
      return open.size;
    },
    get orphans() {
      return orphans.size;
    },
    get still() {
      return now() - lastMove;
    },
    recoveries,
    trail: (message) =>
      [...ofAll, ...(trails.get(message) ?? [])].toSorted((a, b) => parseFloat(a) - parseFloat(b)),
  };
}
