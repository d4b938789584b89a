/**
 * Bytes → text, where headers are often wrong about the charset and devices know only their code page.
 */
import { isUtf8 } from 'node:buffer';

/** Whether bytes are text at all: hardly any control characters at the beginning, or UTF-16. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (utf16(bytes) !== undefined) return true;
  const start = bytes.subarray(0, 4096);
  let controls = 0;
  for (const byte of start) {
    if (byte === 0) return false;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b && byte !== 0x0c)
      controls++;
  }
  return controls * 20 <= start.length;
}

/**
 * Decodes text: UTF-16 by its byte order mark or by its zeros, UTF-8 when it is valid, else the declared charset, else Windows-1252,
 * unless the bytes are UTF-8 with a fault (a cut character), which then shows as U+FFFD.
 *
 * @param declared the `charset` parameter of the content type; an unknown one is ignored.
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const wide = utf16(bytes);
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const charset = declared?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      // A charset that nobody knows says nothing.
    }
  }
  const lenient = new TextDecoder().decode(bytes);
  return mostlyUtf8(lenient) ? lenient : new TextDecoder('windows-1252').decode(bytes);
}

function utf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (bytes.length < 4 || bytes.length % 2 === 1) return undefined;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be';
  return undefined;
}

/** Whether characters of several bytes outnumber the faults. */
function mostlyUtf8(text: string): boolean {
  let [good, bad] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0xfffd) bad++;
    else if (unit > 0x7f) good++;
  }
  return good > bad;
}
