/**
 * A submitter that may send one message an hour, so that the second one is too many.
 */
import { randomBytes } from 'node:crypto';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames, type Storage } from '../../shared/platform/storage.ts';
import { sender } from '../journeys/world.ts';

const made = makeApiKey(randomBytes(keyEntropyBytes));

/** Its key. */
export const throttledKey = made.text;

/** Registers it; for `before` of a world. */
export const registerThrottled =
  (more: Partial<Submitter> = {}) =>
  async (storage: Storage): Promise<void> => {
    const register = openAccessStore(storage.table(storageNames.access), systemClock);
    const limits = { messagesPerHour: 1 };
    const submitter = { name: 'throttled', senders: [sender], networks: [], disabled: false, limits };
    await register.submitters.put({ ...submitter, ...more });
    await register.keys.put({
      id: made.id,
      submitter: submitter.name,
      hash: made.hash,
      createdAt: systemClock.now(),
    });
  };
