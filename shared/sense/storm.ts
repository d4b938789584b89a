/**
 * Storm control: the first mails of a window go at once, what else comes in it is held, and becomes one digest at its end. While more
 * is held in a window than would have been let through, the storm lasts, and the next window holds everything. Pure.
 */
import type { Hook } from '../access/hook.ts';
import type { Severity } from '../alerts/alert.ts';
import { isAtLeast, worst } from '../alerts/rank.ts';
import type { Tally } from './tally.ts';

export type StormControl = NonNullable<Hook['storm']>;

/** What a hook's row says. Times are milliseconds since 1970. */
export interface StormState {
  /** When the window began. */
  readonly since: number;
  /** Mails that went at once in it. */
  readonly sent: number;
  /** Prints of those calls, as far as a sender may repeat them. */
  readonly prints: readonly string[];
  /** When the storm began; absent while there is none. */
  readonly storm?: number;
  /** The worst that anybody was told of in this window, or in this storm. */
  readonly worst: Severity;
  /** What has been held since the last digest, as far as it has been added up. */
  readonly tally?: Tally;
}

/** A call that is a mail, or will be part of a digest. */
export interface Arrival {
  /** The same when the sender repeats its request. */
  readonly print: string;
  readonly severity: Severity;
}

/** What becomes of it; `state` is to be written first where there is one. */
export interface Decision {
  readonly kind: 'pass' | 'hold';
  readonly state?: StormState;
}

/** Most prints that a row remembers. */
const mostPrints = 100;

/** Whether the window is over. Clocks of instances differ: one that begins later than now is as good as new. */
export const isOver = ({ since }: StormState, { within }: StormControl, now: number): boolean =>
  now >= since + within * 1000;

/** Decides about a call. @param state undefined when there is no row. */
export function decide(
  state: StormState | undefined,
  control: StormControl,
  { print, severity }: Arrival,
  now: number,
): Decision {
  const passing = (from: StormState): Decision => ({
    kind: 'pass',
    state: {
      ...from,
      sent: from.sent + 1,
      prints: [...from.prints, print].slice(-mostPrints),
      worst: worst([severity, from.worst]),
    },
  });
  if (!state || (state.storm === undefined && isOver(state, control, now))) {
    const { tally } = state ?? {};
    return passing({ since: now, sent: 0, prints: [], worst: 'unknown', ...(tally ? { tally } : {}) });
  }
  // It has a place already: its sender, or the instance that had it, did not get to the end.
  if (state.prints.includes(print)) return { kind: 'pass' };
  // What is worse than anything that anybody knows of must not wait.
  const alarming = isAtLeast(severity, 'warning') && !isAtLeast(state.worst, severity);
  if (alarming || (state.storm === undefined && state.sent < control.after)) return passing(state);
  return state.storm === undefined
    ? { kind: 'hold', state: { ...state, storm: state.since } }
    : { kind: 'hold' };
}

/** The end of a window. */
export interface Closing {
  /** What is to be told; absent when nothing was held. */
  readonly digest?: Tally;
  /** The next window. */
  readonly next: StormState;
}

/**
 * Ends a window of a storm whose time is over.
 *
 * @param control undefined when the hook has no storm control any more: then it is over in any case.
 * @returns undefined when there is nothing to end.
 */
export function close(
  state: StormState,
  control: StormControl | undefined,
  now: number,
): Closing | undefined {
  const { tally, storm, worst: known, ...rest } = state;
  // From a caller who saw a storm that was over by then; nothing else will come to it.
  if (tally && storm === undefined) return { digest: tally, next: { ...rest, worst: known } };
  if (storm === undefined || (control && !isOver(state, control, now))) return undefined;
  const begun = { since: now, sent: 0, prints: [] };
  const lasts = control && tally && tally.calls > control.after;
  return {
    ...(tally ? { digest: tally } : {}),
    next: lasts
      ? { ...begun, storm, worst: worst([known, ...tally.severities]) }
      : { ...begun, worst: 'unknown' },
  };
}
