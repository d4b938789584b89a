/**
 * The header section of an Internet message: which fields go on, which are left out without a word, and which with one.
 */
import type { Header } from 'postal-mime';
import { parseHeader } from '../message/header.ts';
import { foreignHeaders, type ForeignHeaders } from './headers.ts';
import type { Notes } from './translation.ts';

/** Fields that have a place of their own. */
const own = new Set(['from', 'to', 'cc', 'bcc', 'reply-to', 'subject']);

/** What every server that takes mail writes anew (RFC 6409 §8), and traces of the way here (RFC 5321 §4.4). */
const silent = new Set([
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-language',
  'content-id',
  'received',
  'return-path',
  'delivered-to',
]);

/**
 * Reads the fields that go on.
 *
 * @param decodeWords decodes RFC 2047 encoded words. @param most fields that a message may have.
 */
export function mimeHeaders(
  fields: readonly Header[],
  decodeWords: (text: string) => string,
  notes: Notes,
  most: number,
): Pick<ForeignHeaders, 'headers' | 'importance'> {
  const further: [string, string][] = [];
  for (const { key, originalKey, value } of fields) {
    if (own.has(key) || silent.has(key)) continue;
    if (key === 'sender') {
      notes.warn('Sender', 'Exchange sets it.');
      continue;
    }
    const text = oneLine(decodeWords(value));
    const isImportance = key === 'importance' || key === 'x-priority' || key === 'x-msmail-priority';
    const read = isImportance ? undefined : parseHeader(originalKey, text);
    if (read && !read.ok) notes.warn(originalKey, read.reason);
    else if (further.length === most) notes.warn(originalKey, `At most ${most} header fields are carried.`);
    else further.push([originalKey, text]);
  }
  const { headers, importance } = foreignHeaders(further, notes, 'headers');
  return { ...(headers ? { headers } : {}), ...(importance ? { importance } : {}) };
}

/** Unfolded (RFC 5322 §2.2.3): white space is one space. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
