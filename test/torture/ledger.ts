/**
 * What the proxies have seen happen to each message: where it stands, who held it last, and how long it lay there when that process
 * was killed. It steers the run and measures recovery; the account at the end is taken from storage itself.
 */
import { endStates, type StorageAct } from './storage-wire.ts';

/** The ledger. Times are milliseconds of `performance.now()`. */
export interface Ledger {
  /** Writes down what storage has confirmed to a process. */
  note(process: number, act: StorageAct, at: number): void;
  /** A process was killed: what it held waits from now on for another one. */
  killed(process: number, at: number): void;
  /** Messages that have not come to their end. */
  readonly open: number;
  /** When a row was last seen to change. */
  readonly lastMove: number;
  /** Milliseconds from a kill until somebody else moved a message that the killed process held; of every such message. */
  readonly recoveries: readonly number[];
}

/** Opens an empty ledger. */
export function openLedger(): Ledger {
  const open = new Set<string>();
  const ended = new Set<string>();
  const holders = new Map<string, number>();
  const orphaned = new Map<string, number>();
  const recoveries: number[] = [];
  let lastMove = 0;

  const moved = (message: string, at: number): void => {
    lastMove = at;
    const since = orphaned.get(message);
    if (since === undefined) return;
    orphaned.delete(message);
    recoveries.push(at - since);
  };
  const hold = (process: number, message: string): void => {
    if (!ended.has(message)) holders.set(message, process);
  };

  return {
    note(process, { step, messages, state }, at) {
      for (const message of messages) {
        if (step === 'row-insert' && !ended.has(message)) {
          open.add(message);
          hold(process, message);
          lastMove = at;
        }
        if (step === 'doorbell-taken') hold(process, message);
        // With a doorbell in the queue the message is nobody's.
        if (step === 'doorbell-put' || step === 'doorbell-later') holders.delete(message);
        if (step === 'claim' || step === 'postpone' || step === 'settle') moved(message, at);
        if (step === 'claim') hold(process, message);
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
    killed(process, at) {
      for (const [message, holder] of holders) {
        if (holder !== process) continue;
        holders.delete(message);
        if (!orphaned.has(message)) orphaned.set(message, at);
      }
    },
    get open() {
      return open.size;
    },
    get lastMove() {
      return lastMove;
    },
    recoveries,
  };
}
