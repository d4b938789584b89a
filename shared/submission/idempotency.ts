/**
 * The Idempotency-Key request header (IETF draft-ietf-httpapi-idempotency-key-header): a repeated request gets the first answer
 * and makes no second message.
 *
 * The id of the message is made from submitter and key, so the message's row is also the record of its key: one insert commits
 * both, and a second one with the same key finds the row there.
 */
import { createHash } from 'node:crypto';
import { messageIdOf } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** How long a key is remembered, in seconds. */
export const idempotencyLifetime = 86_400;

/**
 * Reads the header: a Structured Field string (`"abc"`, RFC 9651 §3.3.3) or the bare text that most clients send.
 *
 * @returns the key; undefined inside `ok` when there is no header.
 */
export function readIdempotencyKey(header: string | undefined): Result<string | undefined> {
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
  return ok(key);
}

/**
 * The id of the message that a key makes.
 *
 * @param generation how often the key has been used before and run out: its lifetime is a day, and a row lives longer.
 */
export const keyedMessageId = (submitter: string, key: string, generation: number): string =>
  messageIdOf(createHash('sha256').update(`${submitter}\0${generation}\0${key}`).digest());

/** The fingerprint of a request: SHA-256 of its body, base64url. */
export const fingerprint = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('base64url');
