/**
 * Slows those who keep guessing: their refusals go out one after another with a pause between, so that a guesser who waits for answers
 * has few of them a second, and the time of the instance belongs to those who have a right credential. Nobody else passes here.
 */

/** Between two that pass, in milliseconds. */
const gap = 20;

/** Longest wait, in milliseconds: what Azure bills as least duration of an execution is 1,000 (Flex Consumption). */
const longest = 980;

/** The turnstile. */
export interface Turnstile {
  /** Takes a place. @returns milliseconds until its turn; 0 where the queue is full, since who does not wait is not slowed by it. */
  next(now: Date): number;
}

/** Sets it up, with nobody in it. */
export function makeTurnstile(): Turnstile {
  let last = 0;
  return {
    next(now) {
      const time = now.getTime();
      // A clock that was put back must not leave it full.
      if (last - time > longest) last = time;
      const turn = Math.max(last, time) + gap;
      if (turn - time > longest) return 0;
      last = turn;
      return turn - time;
    },
  };
}
