/** Traps: crash points that wait for some process to come by. */
import type { CrashPoint, Step } from './crash-points.ts';
import type { Phase } from './http-proxy.ts';

/** The traps of a run. */
export interface Traps {
  /** Sets one. The oldest goes when there are more than a few, since not every point comes by in every run. */
  set(point: CrashPoint): void;
  /** Asked at every step that a proxy sees; true at most once for each trap: the process dies here. */
  springs(step: Step, phase: Phase): boolean;
  /** Whether this trap still waits. */
  waits(point: CrashPoint): boolean;
  /** Takes all away. */
  clear(): void;
}

const most = 3;

/** Opens an empty field. @param sprung told of each point at which a process is killed. */
export function openTraps(sprung: (point: CrashPoint) => void): Traps {
  let waiting: CrashPoint[] = [];
  return {
    set(point) {
      waiting = [...waiting.slice(1 - most), point];
    },
    springs(step, phase) {
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
