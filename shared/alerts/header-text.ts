/**
 * Text in header fields, where it has no business but is put by ntfy's clients, by `curl -H "Title: …"` and by templates.
 */
import { isUtf8 } from 'node:buffer';

/**
 * The first of some headers that is there and says something.
 *
 * A field comes as Latin-1 from the wire; UTF-8 in it is put right, and encoded-words (RFC 2047) are decoded, since ntfy's clients
 * send them.
 *
 * @param names lower case, most telling first.
 */
export function headerText(
  header: (name: string) => string | undefined,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const text = decodeWords(asUtf8(header(name)?.trim().slice(0, 8192) ?? ''));
    if (text !== '') return text;
  }
  return undefined;
}

function asUtf8(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}

function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  // White space between two encoded-words is none (RFC 2047 §6.2).
  const joined = text.replaceAll(/\?= {1,9}=\?/g, '?==?');
  return joined.replaceAll(
    /=\?([\w-]{1,40})\?([bq])\?([^? ]{0,2000})\?=/gi,
    (whole: string, charset: string, encoding: string, coded: string) => {
      const bytes =
        encoding.toLowerCase() === 'b'
          ? Buffer.from(coded, 'base64')
          : Buffer.from(
              coded
                .replaceAll('_', ' ')
                .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              'latin1',
            );
      try {
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return whole;
      }
    },
  );
}
