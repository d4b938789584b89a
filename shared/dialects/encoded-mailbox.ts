/**
 * Mailboxes whose display names are encoded-words (RFC 2047), as services demand that take ASCII only: SES.
 */
import { named } from './mailboxes.ts';

/** The text with its name decoded; whatever else it is stays as it is. */
export async function decodeMailbox(value: unknown): Promise<unknown> {
  if (typeof value !== 'string' || !value.includes('=?')) return value;
  const { addressParser, decodeWords } = await import('postal-mime');
  const [one, another] = addressParser(value, { flatten: true });
  return one?.address === undefined || another ? value : named(one.address, decodeWords(one.name));
}

/** The same for a list. */
export const decodeMailboxes = async (value: unknown): Promise<unknown> =>
  Array.isArray(value) ? await Promise.all(value.map(decodeMailbox)) : await decodeMailbox(value);
