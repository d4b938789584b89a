/**
 * Ids of messages: a ULID in lower case, whose last character also names the storage partition.
 *
 * The time part makes row keys sort by acceptance, so that a sweep is a range query; the partition travels in the id, so that
 * a queue entry needs nothing else to find its row. 79 random bits remain: an id cannot be guessed.
 */
import { ulid } from 'ulid';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** How many partitions the message table is spread over: 16 × 2,000 entities/s exceeds what one storage account serves. */
export const partitionCount = 16;

/** One of the 16 partition keys, a hexadecimal digit. */
export type Partition = string;

/** All partition keys. */
export const partitions: readonly Partition[] = Array.from({ length: partitionCount }, (_, i) =>
  i.toString(16),
);

/**
 * A new message id.
 *
 * @param at the time that goes into it.
 * @param partition the partition the message must live in (that of its idempotency row); any when omitted.
 */
export function newMessageId(at: Date, partition?: Partition): string {
  const id = ulid(at.getTime()).toLowerCase();
  if (partition === undefined) return id;
  const last = alphabet.indexOf(id.slice(-1));
  return id.slice(0, -1) + alphabet[(last & 16) | Number.parseInt(partition, 16)];
}

/** The partition that a message id names, or undefined when the text is no message id. */
export function partitionOf(id: string): Partition | undefined {
  if (!/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return undefined;
  return (alphabet.indexOf(id.slice(-1)) & 15).toString(16);
}
