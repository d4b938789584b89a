/**
 * A request whose sender proves a shared secret by signing it, as ACS's and AWS's clients do.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What is signed of a request. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came, e.g. `/emails:send?api-version=2025-09-01`. */
  readonly target: string;
  /** Looks up a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

/** `stale`: signed too long ago or ahead, or not datable. `wrong`: not by this secret, or not of this request. */
export type SignatureVerdict = 'right' | 'wrong' | 'stale';

/** SHA-256. */
export const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();

/** HMAC-SHA-256 (RFC 2104). */
export const hmac = (key: Uint8Array | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Compares two digests in constant time. */
export const sameDigest = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

/** Whether a time lies within so many seconds of now. */
export const isNear = (time: number, now: Date, seconds: number): boolean =>
  Math.abs(now.getTime() - time) <= seconds * 1000;
