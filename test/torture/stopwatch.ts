/**
 * A watch that stands still while this machine does: a virtual machine that is halted for half a minute must not be taken for a bridge
 * that takes so long.
 */

/** The watch. */
export interface Stopwatch {
  /** Milliseconds since it was started, without standstills. */
  now(): number;
  /** Milliseconds of standstill. */
  readonly stood: number;
  stop(): void;
}

/** How often it ticks, and from which gap on it has stood still, in milliseconds. */
const tick = 100;
const gap = 1500;

/** Starts one. */
export function startStopwatch(): Stopwatch {
  const began = performance.now();
  let last = began;
  let stood = 0;
  const look = (): number => {
    const at = performance.now();
    if (at - last > gap) stood += at - last - tick;
    last = at;
    return at;
  };
  const timer = setInterval(look, tick);
  return {
    now: () => look() - began - stood,
    get stood() {
      return stood;
    },
    stop: () => clearInterval(timer),
  };
}
