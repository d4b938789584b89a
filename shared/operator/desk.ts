/**
 * What operators do, as one thing that the bridge has: all of it leaves a trace in the audit trail.
 */
import { openDeadLetters, type DeadLetters } from './dead-letters.ts';
import { openKeyRing, type KeyRing } from './key-ring.ts';
import { openShelves, type Shelves } from './shelves.ts';

/** The desk. */
export interface Desk {
  readonly deadLetters: DeadLetters;
  readonly shelves: Shelves;
  readonly keyRing: KeyRing;
}

/** Opens it. */
export const openDesk = (
  parts: Parameters<typeof openDeadLetters>[0] & Parameters<typeof openKeyRing>[0],
): Desk => ({
  deadLetters: openDeadLetters(parts),
  shelves: openShelves(parts),
  keyRing: openKeyRing(parts),
});
