/**
 * Encoded-words (RFC 2047) for the few header texts that nodemailer would not encode although receivers need it.
 */

/** UTF-8 bytes in one encoded-word: 39 make 52 characters of base64, and 64 with what surrounds them; 75 are allowed (§2). */
const wordBytes = 39;

/**
 * Whether a text holds what receivers decode as an encoded-word, strictly or leniently, even inside quotes and parameters.
 */
export const looksEncoded = (text: string): boolean => /=\?[^?]*\?[bq]\?/i.test(text);

/**
 * Whether a text must be encoded to be read as written: it holds what looks like an encoded-word already, or a run of spaces in which
 * folding would leave a line of nothing but spaces (RFC 5322 §3.2.2 forbids it).
 */
export const needsEncoding = (text: string): boolean => text.includes('=?') || / {20}/.test(text);

/** A text as encoded-words with spaces between them, which receivers drop (§6.2). No character is cut (§5). */
export function encodeWords(text: string): string {
  const pieces: string[] = [];
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > wordBytes) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  pieces.push(piece);
  return pieces.map((words) => `=?UTF-8?B?${Buffer.from(words).toString('base64')}?=`).join(' ');
}
