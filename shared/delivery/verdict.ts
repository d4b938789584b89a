/**
 * What a row of a table says about an answer, and the outcome that follows. The three tables (Graph, SMTP, Entra) share it, so
 * that the same thing is never called by two names.
 */
import type { ProviderTrace, RejectedRecipient } from '../reporting/event.ts';
import type { Outcome } from './outcome.ts';

/** The class of an answer. */
export type Verdict =
  /** Certainly not sent; try again on our own schedule. */
  | 'transient'
  /** Certainly not sent; the provider asked for less or for later. */
  | 'throttled'
  /** Certainly not sent; heals when an administrator acts, so it is kept and tried again slowly. */
  | 'configuration'
  /** Certainly not sent, and no retry of this message will help. */
  | 'message'
  /** Certainly not sent, and it will not be until an administrator permits it and somebody replays it. */
  | 'refused'
  /** It may have been sent. */
  | 'unknown';

/** An answer, classified. */
export interface Finding {
  readonly verdict: Verdict;
  /** One sentence for the administrator: what is wrong and what to do. Never names a person. */
  readonly reason: string;
  /** Seconds to wait at least, where the provider or its documentation says so. */
  readonly retryAfterSeconds?: number;
}

/** The outcomes that are not success. */
export type Setback = Exclude<Outcome, { kind: 'relayed' }>;

/**
 * Turns a finding into the outcome of an attempt.
 *
 * @param rejected where every recipient was refused: all of them.
 */
export function outcomeOf(
  finding: Finding,
  trace: ProviderTrace,
  rejected?: readonly RejectedRecipient[],
): Setback {
  const { verdict, reason, retryAfterSeconds } = finding;
  if (verdict === 'unknown') return { kind: 'unknown', reason, trace };
  const refused = rejected?.length ? { rejected } : {};
  if (verdict === 'message' || verdict === 'refused') {
    const fault = verdict === 'message' ? 'message' : 'configuration';
    return { kind: 'failed', fault, reason, trace, ...refused };
  }
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { kind: 'deferred', fault: verdict, reason, ...wait, trace, ...refused };
}

/** The provider's own words for a trace: on one line, at most 500 characters. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
