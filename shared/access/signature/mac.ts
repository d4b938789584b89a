/**
 * HMAC-SHA256 (RFC 2104), compared in constant time: what every scheme of signed webhooks is made of.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a signed time may be away from ours, either way: what Standard Webhooks asks for. */
const tolerance = 300;

/** Signatures of one request that are looked at; a sender that changes its secret sends two. */
export const mostSignatures = 8;

/** The code of some parts, one after another. */
export function macOf(key: string | Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** Whether a text is this code, in hexadecimal (either case) or in Base64. */
export function isMac(text: string, encoding: 'hex' | 'base64', mac: Buffer): boolean {
  const form = encoding === 'hex' ? /^[\da-f]{64}$/i : /^[A-Za-z0-9+/]{43}=$/;
  if (!form.test(text)) return false;
  const given = Buffer.from(text, encoding);
  return given.length === mac.length && timingSafeEqual(given, mac);
}

/** Whether a time in whole seconds since 1970 is within five minutes of now. */
export const isRecent = (seconds: string, now: Date): boolean =>
  /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) - now.getTime() / 1000) <= tolerance;
