/**
 * The message that an idempotency key made: its id follows from the key, so nobody has to remember it.
 */
import type { HeldRecord, Records } from '../outbox/record.ts';
import { keyedMessageId } from './idempotency.ts';

/** Most times that a key is looked for: it makes one message a day, and its rows do not stay as long as this. */
const mostGenerations = 1000;

/** Finds it. @returns the last one, when the key was used again after it had run out; undefined when there is none. */
export async function newestOfKey(
  records: Pick<Records, 'get'>,
  submitter: string,
  key: string,
): Promise<HeldRecord | undefined> {
  let newest: HeldRecord | undefined;
  for (let generation = 0; generation < mostGenerations; generation++) {
    const record = await records.get(keyedMessageId(submitter, key, generation));
    if (!record) break;
    newest = record;
  }
  return newest;
}
