/**
 * Refusals as results: expected, returned and never thrown. The table of all of them is refusals.ts.
 *
 * `detail` is written per occurrence and says what to do; it never repeats a secret or the content of a message.
 */
import type { refusals } from './refusals.ts';

/** A code of the table. */
export type ProblemCode = keyof typeof refusals;

/** One fault in the request's body, found by its JSON Pointer (RFC 6901) in URI fragment form, e.g. `#/to/0`. */
export interface Fault {
  readonly pointer: string;
  /** What is wrong and what to do, one sentence. */
  readonly detail: string;
}

/** Most faults of a body that are listed. */
const faultLimit = 50;

/** The faults as a refusal lists them: the first fifty, and how many more there are. */
export function listedFaults(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= faultLimit) return faults;
  const rest = `There are ${faults.length - faultLimit} more faults, ${faults.length} in all; correct these first.`;
  return [...faults.slice(0, faultLimit), { pointer: '#', detail: rest }];
}

/** One refusal: an expected result, returned and never thrown. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong in this case and what to do about it, one or two sentences. */
  readonly detail: string;
  /** All faults of the body at once, most urgent first. */
  readonly errors?: readonly Fault[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Names of the rate limit policies that were violated. */
  readonly violatedPolicies?: readonly string[];
  /** Further headers of the answer, by their lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A result that is either a value or a refusal. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** Wraps a value. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** Refuses, with a sentence that says what to do. */
export const refuse = (
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'retryAfterSeconds' | 'violatedPolicies' | 'headers'> = {},
): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem: { code, detail, ...more } });
