/** Traps: crash points that wait for some process to come by. */
import type { CrashPoint, Step } from './crash-points.ts';
import type { Phase } from './http-proxy.ts';

/** The traps of a run. */
export interface Traps {
  /** Sets one. The oldest goes when there are more than a few, since not every point comes by in every run. */
  set(point: CrashPoint): void;
  /**
   * Asked at every step that a proxy sees; true at most once for each trap: the process dies here.
   *
   * @param alone whether the process is sending no other message than the one that the step is about.
   */
  springs(step: Step, phase: Phase, alone: boolean): boolean;
  /** Whether this trap still waits. */
  waits(point: CrashPoint): boolean;
  /** Takes all away. */
  clear(): void;
}

const most = 3;

/**
 * Opens an empty field.
 *
 * @param sprung told of each point at which a process is killed.
 * @param onlyAlone traps wait for processes that send nothing else: a kill takes all that a process does along, and what is certain
 *   at the point may be in doubt for another message.
 */
export function openTraps(sprung: (point: CrashPoint) => void, onlyAlone: boolean): Traps {
  let waiting: CrashPoint[] = [];
  return {
    set(point) {
      waiting = [...waiting.slice(1 - most), point];
    },
    springs(step, phase, alone) {
      if (onlyAlone && !alone) return false;
      const found = waiting.find((point) => point.step === step && point.phase === phase);
      if (!found) return false;
      waiting = waiting.filter((point) => point !== found);
      sprung(found);
      return true;
    },
    waits: (point) => waiting.includes(point),
    clear() {
      waiting = [];
    },
  };
}
