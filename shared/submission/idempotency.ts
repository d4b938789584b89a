/**
 * The Idempotency-Key request header (IETF draft-ietf-httpapi-idempotency-key-header): a repeated request gets the first answer
 * and makes no second message.
 */
import { createHash } from 'node:crypto';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { Partition } from '../platform/id.ts';

/** How long a key is remembered, in seconds. */
export const idempotencyLifetime = 86_400;

/** A key as it is stored: hashed with its submitter, so that one submitter's keys say nothing about another's. */
export interface IdempotencyKey {
  /** Row key in the message table. */
  readonly rowKey: string;
  /** The partition in which the key's row, and therefore its message, lives. */
  readonly partition: Partition;
}

/**
 * Reads the header: a Structured Field string (`"abc"`, RFC 9651 §3.3.3) or the bare text that most clients send.
 *
 * @returns undefined inside `ok` when there is no header.
 */
export function readIdempotencyKey(
  header: string | undefined,
  submitter: string,
): Result<IdempotencyKey | undefined> {
  if (header === undefined) return ok(undefined);
  const text = header.trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
  const key = quoted ?? text;
  if (!/^[\x20-\x7e]{1,255}$/.test(key) || (quoted === undefined && /["\\]/.test(key))) {
    return refuse(
      'invalid-idempotency-key',
      'Send an Idempotency-Key of 1 to 255 printable ASCII characters, for example a UUID.',
    );
  }
  const digest = createHash('sha256').update(`${submitter}\0${key}`).digest('hex');
  return ok({ rowKey: `idempotency-${digest}`, partition: digest.charAt(0) });
}

/** The fingerprint of a request: SHA-256 of its body, base64url. */
export const fingerprint = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('base64url');
