/**
 * Ids of messages: 26 characters of Crockford base32 in lower case, whose last one also names the storage partition.
 *
 * A message without an idempotency key gets a ULID: time first, then 80 random bits. With a key the id is made from the key. Either
 * way a queue entry needs nothing but the id to find its row.
 */
import { randomBytes } from 'node:crypto';
import { encodeTime, ulid } from 'ulid';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** One of the 16 partition keys, a hexadecimal digit: 16 × 2,000 entities/s exceeds what one storage account serves. */
export type Partition = string;

/** All partition keys. */
export const partitions: readonly Partition[] = Array.from({ length: 16 }, (_, i) => i.toString(16));

/** A new message id. @param at the time that goes into it. */
export const newMessageId = (at: Date): string => ulid(at.getTime(), randomByte).toLowerCase();

let pool = randomBytes(4096);
let used = 0;

/** 0 ≤ n < 1, from a byte. ulid asks once a character, and asking the system each time costs forty times as much. */
function randomByte(): number {
  if (used === pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  return (pool[used++] ?? 0) / 256;
}

/**
 * The id of the message that a submitter's idempotency key makes: the same key gives the same id, so that the row itself is the
 * record of the key, and of two writers one finds it taken.
 *
 * @param digest a SHA-256; its first 80 bits are used.
 */
export function messageIdOf(digest: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(digest.subarray(0, 10)).toString('hex')}`);
  let text = '';
  for (let i = 0; i < 16; i++, bits >>= 5n) text = alphabet[Number(bits & 31n)] + text;
  return `0000000000${text}`;
}

/** Most messages of a batch: what one transaction of Table Storage takes. */
export const batchLimit = 100;

/**
 * Ids for messages that are stored together: in one partition, and next to one another in it, so that one query reads them.
 *
 * @param first the id that the others are made from: 22 characters of it and its last one.
 * @param count at most 100.
 */
export const batchIds = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const index = `${alphabet[i >> 5] ?? '0'}${alphabet[i & 31] ?? '0'}`;
    return `${first.slice(0, 22)}0${index}${first.slice(-1)}`;
  });

/** Where ids made at a time begin in the order of ids. Those made from a key stand before all times. */
export const firstIdAt = (at: Date): string => encodeTime(at.getTime()).toLowerCase();

/** The partition that a message id names, or undefined when the text is no message id. */
export function partitionOf(id: string): Partition | undefined {
  if (!/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return undefined;
  return (alphabet.indexOf(id.slice(-1)) & 15).toString(16);
}

/** Whether a text has the form of a message id, which batch ids have too. */
export const isMessageId = (text: string): boolean => partitionOf(text) !== undefined;

/** A message id as a UUID (RFC 9562 §4), for clients that take no other: both are 128 bits. */
export function uuidOf(id: string): string {
  let bits = 0n;
  for (const character of id) bits = (bits << 5n) | BigInt(Math.max(0, alphabet.indexOf(character)));
  const hex = (bits & ((1n << 128n) - 1n)).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The message id that a UUID stands for; undefined when the text is no UUID. */
export function idOfUuid(text: string): string | undefined {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined;
  let bits = BigInt(`0x${text.replaceAll('-', '')}`);
  let id = '';
  for (let i = 0; i < 26; i++, bits >>= 5n) id = alphabet[Number(bits & 31n)] + id;
  return id;
}
