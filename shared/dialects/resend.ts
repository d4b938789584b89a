/**
 * Resend's words where they differ from those of `POST /emails`, which has its field names from there: topics, times in words, errors.
 * Source: https://resend.com/docs/api-reference/errors
 */
import type { Warning } from '../message/warning.ts';
import { type Problem, type ProblemCode } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { spokenTime } from '../platform/spoken-time.ts';
import { isObject } from './foreign.ts';

/** A message in the words of `POST /emails`, and what of it cannot be honoured. */
export interface ResendMessage {
  readonly document: unknown;
  readonly warnings: readonly Warning[];
}

/** Whether a body may hold what only Resend knows: topics, and times in words. Most do not, and are read once. */
export function speaksResend(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.includes('"topic_id"') || bytes.includes('"topicId"')) return true;
  for (let at = bytes.indexOf('"scheduled'); at !== -1; at = bytes.indexOf('"scheduled', at + 1)) {
    if (/^"scheduled(?:_at|At)"\s{0,9}:\s{0,9}"[^\d"]/.test(bytes.toString('latin1', at, at + 40)))
      return true;
  }
  return false;
}

/** Reads them. What is neither stays as it is. Never throws. */
export function readResend(document: unknown, now: Date): ResendMessage {
  if (!isObject(document)) return { document, warnings: [] };
  const fields = Object.entries(document).map(([name, value]) => [name, timed(name, value, now)] as const);
  const warnings = fields
    .filter(([name, value]) => isTopic(name) && value !== null)
    .map(([field]) => ({ field, detail: 'There are no topics here: whoever is addressed receives it.' }));
  return { document: Object.fromEntries(fields.filter(([name]) => !isTopic(name))), warnings };
}

const isTopic = (name: string): boolean => name === 'topic_id' || name === 'topicId';

function timed(name: string, value: unknown, now: Date): unknown {
  if (typeof value !== 'string' || (name !== 'scheduled_at' && name !== 'scheduledAt')) return value;
  return spokenTime(value, now)?.toISOString() ?? value;
}

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
