/**
 * Changing a key without a gap: a new one with the same rights, and the old one still good until everybody has changed over.
 */
import { makeApiKey, type NewApiKey } from './api-key.ts';
import type { StoredApiKey } from './stored-key.ts';

/** A key that was rotated. */
export interface Rotation {
  /** The new key; its text is shown once. */
  readonly key: NewApiKey;
  /** What is stored for it. */
  readonly made: StoredApiKey;
  /** The old one with its end. */
  readonly retired: StoredApiKey;
}

/**
 * Rotates a key. Write `made` before `retired`, so that a failure between the two leaves two good keys and not none.
 *
 * A key that lived for a set time is followed by one that lives as long.
 *
 * @param random exactly 25 random bytes.
 * @param overlap seconds that the old key stays good; an end that comes sooner is kept.
 */
export function rotateKey(old: StoredApiKey, random: Uint8Array, now: Date, overlap: number): Rotation {
  const key = makeApiKey(random);
  const { expiresAt: end, createdAt, ...rights } = old;
  const life = end && end.getTime() - createdAt.getTime();
  const until = now.getTime() + overlap * 1000;
  return {
    key,
    made: {
      ...rights,
      id: key.id,
      hash: key.hash,
      createdAt: now,
      ...(life === undefined ? {} : { expiresAt: new Date(now.getTime() + life) }),
    },
    retired: { ...old, expiresAt: end && end.getTime() < until ? end : new Date(until) },
  };
}
