/**
 * Every refusal Postrider can answer with, in one table (RFC 9457). `docs/errors.md` has an anchor for each code, and a test
 * holds the two together.
 *
 * `detail` is written per occurrence and says what to do; it never repeats a secret or the content of a message.
 */

interface Refusal {
  /** HTTP status code. */
  readonly status: number;
  /** Short, the same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
}

/** The table. A code is stable for ever: clients may branch on it. */
export const refusals = {
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-submission': { status: 422, title: 'The submission has faults' },
  'empty-body': { status: 400, title: 'The body is empty' },
  'length-required': { status: 411, title: 'The request has no Content-Length' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'message-too-large': { status: 413, title: 'The message is too large for every route to Microsoft 365' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'unsupported-content-encoding': { status: 415, title: 'The content encoding is not supported' },
  'missing-credentials': { status: 401, title: 'The request carries no API key and comes from no authorised network' },
  'invalid-api-key': { status: 401, title: 'The API key is not valid' },
  'ambiguous-credentials': { status: 400, title: 'The request carries two different API keys' },
  'sender-not-allowed': { status: 403, title: 'The submitter may not send as this sender' },
  'submitter-disabled': { status: 403, title: 'The submitter is disabled' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key is not valid' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another submission' },
  'message-not-found': { status: 404, title: 'There is no such message' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method' },
  'storage-unavailable': { status: 503, title: 'The message could not be stored' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, Refusal>;

/** A code of the table. */
export type ProblemCode = keyof typeof refusals;

/** One fault in the request's body, found by its JSON Pointer (RFC 6901) in URI fragment form, e.g. `#/to/0`. */
export interface Fault {
  readonly pointer: string;
  /** What is wrong and what to do, one sentence. */
  readonly detail: string;
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
}

/** A result that is either a value or a refusal. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Wraps a value. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** Refuses, with a sentence that says what to do. */
export const refuse = (
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'retryAfterSeconds'> = {},
): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem: { code, detail, ...more } });
