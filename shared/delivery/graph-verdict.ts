/**
 * Classifies an answer of Graph by the table in graph-errors.ts. Pure.
 *
 * Lookup goes from the particular to the general: status and code, code, then status. What is in no row is transient below
 * 500 and unknown from there on: a server that failed may have failed after it had taken the message.
 */
import { graphErrors, oneHour, type GraphRow } from './graph-errors.ts';
import type { Finding } from './verdict.ts';

/** An answer of Graph other than 202. */
export interface GraphAnswer {
  readonly status: number;
  /** `error.code`, then the codes nested in `innerError`, outermost first. Empty for HTML and empty bodies. */
  readonly codes: readonly string[];
  /** `error.message`. */
  readonly message: string;
  /** `Retry-After`, parsed. */
  readonly retryAfterSeconds?: number;
}

/** Classifies an answer. */
export function classifyGraphAnswer(answer: GraphAnswer): Finding {
  const finding = find(answer);
  // The provider's own word on time goes before ours.
  const seconds = answer.retryAfterSeconds ?? finding.retryAfterSeconds;
  const { verdict, reason } = finding;
  return { verdict, reason, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) };
}

function find(answer: GraphAnswer): Finding {
  const { status, codes, message } = answer;
  const fits = (row: GraphRow): boolean => row.message === undefined || row.message.test(message);
  for (const code of codes.map((name) => name.toLowerCase())) {
    const candidates = graphErrors.filter((row) => row.code?.toLowerCase() === code && fits(row));
    const row =
      candidates.find((candidate) => candidate.status === status) ??
      candidates.find((candidate) => candidate.status === undefined);
    if (row) return row;
  }
  // Codes that the documentation does not list but that speak for themselves.
  if (codes.some((code) => /^Error\w*(Limit|Quota)/i.test(code))) {
    return {
      verdict: 'throttled',
      reason: 'The mailbox has reached a limit of Exchange.',
      retryAfterSeconds: oneHour,
    };
  }
  // A 503 that says when to come back is a refusal (https://learn.microsoft.com/graph/throttling).
  if (status === 503 && answer.retryAfterSeconds !== undefined) {
    return { verdict: 'transient', reason: 'Graph is not available for the moment.' };
  }
  const row = graphErrors.find((candidate) => candidate.status === status && candidate.code === undefined);
  if (row) return row;
  if (status >= 200 && status < 300) {
    // Not the documented success: a portal or a proxy may have answered in Graph's place, or may have passed the message on.
    return {
      verdict: 'unknown',
      reason: `Graph answered ${status} instead of 202: the message may have been sent.`,
    };
  }
  if (status >= 500)
    return { verdict: 'unknown', reason: `Graph answered ${status}: the message may have been sent.` };
  return { verdict: 'transient', reason: `Graph answered ${status}, which is in no table of ours.` };
}
