/**
 * API keys: `pr_<id>_<secret><checksum>`.
 *
 * The prefix and the checksum make a leaked key recognisable to scanners and a mistyped one recognisable to us, before any
 * look-up. The secret has 160 random bits, so one SHA-256 at rest is enough: there is nothing to guess.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Secret } from '../platform/secret.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const shape = /^pr_([0-9a-hjkmnp-tv-z]{8})_([0-9a-hjkmnp-tv-z]{32})([0-9a-hjkmnp-tv-z]{7})$/;

/** A key just made: `text` is shown once, the rest is stored. */
export interface NewApiKey {
  readonly text: string;
  /** Public part, fit for logs and lists. */
  readonly id: string;
  /** SHA-256 of the whole text, hexadecimal. */
  readonly hash: string;
}

/** Bytes of randomness that one key takes: 5 for the id, 20 for the secret. */
export const keyEntropyBytes = 25;

/**
 * Makes a key.
 *
 * @param random exactly 25 random bytes.
 */
export function makeApiKey(random: Uint8Array): NewApiKey {
  const id = base32(random.subarray(0, 5));
  const secret = base32(random.subarray(5, keyEntropyBytes));
  const text = `pr_${id}_${secret}${checksum(`${id}_${secret}`)}`;
  return { text, id, hash: hashApiKey(text) };
}

/** The id inside a text that has the form of a key and a right checksum, or undefined. */
export function apiKeyId(text: Secret): string | undefined {
  const [, id, secret, sum] = shape.exec(text.reveal()) ?? [];
  return id && secret && sum === checksum(`${id}_${secret}`) ? id : undefined;
}

/** SHA-256 of a key, hexadecimal: what is stored. */
export const hashApiKey = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares a key with a stored hash in constant time. */
export function matchesHash(text: Secret, hash: string): boolean {
  const given = createHash('sha256').update(text.reveal()).digest();
  const stored = Buffer.from(hash, 'hex');
  return stored.length === given.length && timingSafeEqual(given, stored);
}

/** Crockford base32 of whole 5-byte groups. */
function base32(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let i = (bytes.length * 8) / 5 - 1; i >= 0; i--)
    text += alphabet[Number((bits >> BigInt(i * 5)) & 31n)];
  return text;
}

/** CRC-32 in seven base32 digits. */
function checksum(text: string): string {
  let sum = crc32(text);
  let digits = '';
  for (let i = 0; i < 7; i++) {
    digits = alphabet[sum & 31] + digits;
    sum >>>= 5;
  }
  return digits;
}
