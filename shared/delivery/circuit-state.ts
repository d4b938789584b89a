/**
 * The arithmetic of a circuit breaker. Pure.
 *
 * ```
 *             5 failures in a row within 30 s,            its time is over
 *             or told to wait more than 60 s
 *   closed ───────────────────────────────────► open ─────────────────────► half-open ──┐
 *     ▲                                          ▲                              │       │ one message
 *     │                                          └──── the probe was not taken ─┤       │ at a time
 *     └───────────────────────────────────────────────── the probe was answered ┘ ◄─────┘
 * ```
 *
 * Only failures that are certain count: a route that loses answers may be sending all the same.
 */
import { attachmentUnreadable } from './attachment-error.ts';
import type { Outcome } from './outcome.ts';
import type { Health } from './plan.ts';

/** A circuit that is not closed. */
export interface OpenCircuit {
  /** Open before this, half-open from then on. */
  readonly until: Date;
  /** The failure that opened it; one sentence. */
  readonly reason: string;
  /** How often it has opened without having been closed. */
  readonly trips: number;
  /** While one message tries the route: until when the others leave it alone. */
  readonly probeUntil?: Date;
}

/** What a process knows of a route. */
export interface CircuitState {
  /** Absent: closed. */
  readonly circuit?: OpenCircuit;
  /** When this process saw failures, in milliseconds, since the last message that was answered. */
  readonly failures: readonly number[];
}

/** Nothing is wrong. */
export const untroubled: CircuitState = { failures: [] };

/** So many failures in a row open a circuit … */
export const failureLimit = 5;

/** … when they come within so many seconds. */
export const failureWindow = 30;

/** A route that asks for more patience than this, in seconds, is left alone at once. */
const longWait = 60;

/** Seconds for which a circuit opens first; doubles with each probe that fails, … */
const firstOpen = 30;

/** … up to this. */
const longestOpen = 300;

/** Seconds for which one message has the route to itself. A crashed probe holds the others up for no longer. */
const probeTime = 60;

/** How soon the others look again while a probe is under way, in seconds: most take one or two. */
const probeRecheck = 10;

const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000);

/** What a circuit means for a message now. */
export function healthOf(circuit: OpenCircuit | undefined, now: Date): Health {
  if (!circuit) return { state: 'closed' };
  const { until, reason, probeUntil } = circuit;
  if (now < until) return { state: 'open', until, reason };
  if (!probeUntil || now >= probeUntil) return { state: 'half-open' };
  const recheck = after(now, probeRecheck);
  return { state: 'open', until: recheck < probeUntil ? recheck : probeUntil, reason };
}

/** The circuit while one message tries the route; it must be half-open. */
export const probed = (circuit: OpenCircuit, now: Date): OpenCircuit => ({
  ...circuit,
  probeUntil: after(now, probeTime),
});

/** What follows from an attempt that has ended. The circuit is the same object when nothing about it changes. */
export function afterOutcome(state: CircuitState, outcome: Outcome, now: Date): CircuitState {
  const { circuit } = state;
  if (circuit && now >= circuit.until) return afterProbe(state, circuit, outcome, now);
  if (isAnswer(outcome)) return circuit ? state : untroubled;
  const failure = failureOf(outcome);
  if (!failure) return state;
  if (failure.seconds > longWait) {
    const until = after(now, failure.seconds);
    if (circuit && circuit.until >= until) return state;
    return { circuit: { until, reason: failure.reason, trips: circuit?.trips ?? 1 }, failures: [] };
  }
  // What was under way when the circuit opened tells nothing new.
  if (circuit || !failure.counts) return state;
  const since = now.getTime() - failureWindow * 1000;
  const failures = [...state.failures.filter((at) => at > since), now.getTime()];
  if (failures.length < failureLimit) return { failures };
  return { circuit: { until: after(now, firstOpen), reason: failure.reason, trips: 1 }, failures: [] };
}

/** The route was half-open, so this message was its probe (or as good as one). */
function afterProbe(state: CircuitState, circuit: OpenCircuit, outcome: Outcome, now: Date): CircuitState {
  if (isAnswer(outcome)) return untroubled;
  const failure = failureOf(outcome);
  // It never reached the route, which is as unknown as before.
  if (!failure && outcome.kind !== 'unknown') return state;
  const reason = failure?.reason ?? 'The answer to the message that tried the route was lost.';
  const seconds = Math.max(failure?.seconds ?? 0, Math.min(firstOpen * 2 ** circuit.trips, longestOpen));
  return { circuit: { until: after(now, seconds), reason, trips: circuit.trips + 1 }, failures: [] };
}

/** The route took the message, or refused it for what it is: either way it works. */
const isAnswer = ({ kind, trace }: Outcome): boolean =>
  kind === 'relayed' || (kind === 'failed' && trace.status !== undefined);

/** A failure that was certainly none of the message's. */
function failureOf(
  outcome: Outcome,
): { readonly reason: string; readonly seconds: number; readonly counts: boolean } | undefined {
  if (outcome.kind !== 'deferred' || outcome.unasked) return undefined;
  // Storage could not be read: no route is to blame.
  if (outcome.reason === attachmentUnreadable.reason) return undefined;
  const { reason, fault, retryAfterSeconds = 0 } = outcome;
  // For a fault in the set-up the wait is our own guess, and the administrator may be quicker.
  const seconds = fault === 'configuration' ? Math.min(retryAfterSeconds, longestOpen) : retryAfterSeconds;
  return { reason, seconds, counts: fault !== 'throttled' };
}
