/**
 * Resend's words where they differ from those of `POST /emails`, which has its field names from there: errors, and what happened last.
 * Source: https://resend.com/docs/api-reference/errors
 */
import { type Problem, type ProblemCode } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';

/** Problem → the name of Resend's error. */
const names: Partial<Readonly<Record<ProblemCode, string>>> = {
  'missing-credentials': 'missing_api_key',
  'invalid-api-key': 'invalid_api_key',
  'ambiguous-credentials': 'invalid_api_key',
  'submitter-disabled': 'restricted_api_key',
  'operator-only': 'restricted_api_key',
  'sender-not-allowed': 'invalid_from_address',
  'invalid-idempotency-key': 'invalid_idempotency_key',
  'idempotency-key-reused': 'invalid_idempotent_request',
  'message-not-found': 'not_found',
  'not-found': 'not_found',
  'method-not-allowed': 'method_not_allowed',
  'storage-unavailable': 'internal_server_error',
  'internal-error': 'internal_server_error',
};

/** The members that Resend's clients look for in a refusal, beside those of RFC 9457. */
export function resendError(problem: Problem): {
  readonly statusCode: number;
  readonly name: string;
  readonly message: string;
} {
  const { status } = refusals[problem.code];
  const name = names[problem.code] ?? (status === 429 ? 'rate_limit_exceeded' : 'validation_error');
  return { statusCode: status, name, message: problem.detail };
}
