/**
 * When a message that was not sent is tried again. Pure: time and chance are passed in.
 *
 * A schedule of growing waits with jitter; what the provider asked for is a floor under it and never a ceiling, because asking
 * early costs quota (https://learn.microsoft.com/graph/throttling). Waiting because the provider said so is not a failed
 * attempt. When the next wait would outlast the message's lifetime, one last attempt is put just before its end.
 */
import type { Outcome } from './outcome.ts';

/** What the decision is made from. */
export interface RetryFacts {
  readonly outcome: Extract<Outcome, { kind: 'deferred' | 'unknown' }>;
  /** The number of the attempt that has just ended, from 1. */
  readonly attempt: number;
  readonly now: Date;
  /** The end of the message's lifetime: no attempt starts after it. */
  readonly expiresAt: Date;
  /** Seconds between attempts; the last repeats. Never empty. */
  readonly schedule: readonly number[];
  /** Jitter, 0 ≤ random < 1. */
  readonly random: number;
}

/** The next attempt. */
export interface NextAttempt {
  readonly dueAt: Date;
  /** False when the provider only asked us to wait: the attempt that ended is not counted. */
  readonly costsAttempt: boolean;
}

/**
 * Least wait for a fault in the set-up, in seconds. Grants reach Exchange within 30 minutes to 2 hours and a licensed mailbox
 * within 15 minutes (reference: Graph known issues; RBAC for Applications), so asking sooner only makes noise.
 */
export const configurationWait = 15 * 60;

/** Wait, in seconds, after a throttling answer that names no time. Graph counts its mailbox limits over minutes. */
export const throttledWait = 30;

/** Share of the wait that jitter may add, so that messages deferred together do not come back together. */
const spread = 0.2;

/** How long before its end a message gets its last attempt, in seconds: time for the queue to ring and a worker to start. */
const lastCall = 60;

/** Decides. `'expired'` when no further attempt fits into the lifetime. */
export function nextAttempt(facts: RetryFacts): NextAttempt | 'expired' {
  const { outcome, attempt, now, expiresAt, schedule, random } = facts;
  const fault = outcome.kind === 'unknown' ? 'transient' : outcome.fault;
  const asked = outcome.kind === 'deferred' ? (outcome.retryAfterSeconds ?? 0) : 0;
  const scheduled = schedule[Math.min(attempt, schedule.length) - 1] ?? throttledWait;

  const wait = Math.max(asked, ownWait(fault, asked, scheduled)) * (1 + spread * random);
  const costsAttempt = fault !== 'throttled';
  const start = now.getTime();
  const due = start + Math.ceil(wait * 1000);
  const last = expiresAt.getTime() - lastCall * 1000;
  if (due <= last) return { dueAt: new Date(due), costsAttempt };

  // Waiting out the schedule would outlast the message. Use what is left of its life, if the provider's own demand and the
  // shortest of our waits leave room for it.
  const earliest = start + Math.max(asked, Math.min(scheduled, schedule[0] ?? scheduled)) * 1000;
  return earliest <= last ? { dueAt: new Date(last), costsAttempt } : 'expired';
}

function ownWait(
  fault: 'transient' | 'throttled' | 'configuration',
  asked: number,
  scheduled: number,
): number {
  if (fault === 'configuration') return Math.max(configurationWait, scheduled);
  if (fault === 'throttled') return asked > 0 ? asked : throttledWait;
  return scheduled;
}
