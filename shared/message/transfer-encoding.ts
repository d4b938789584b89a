/**
 * The content transfer encoding of a text part (RFC 2045 §6), chosen by size, so that the size is known before composing.
 */

/** The encoding to use, and the most bytes that the encoded text can have. */
export interface TransferForm {
  readonly encoding: 'quoted-printable' | 'base64';
  readonly bytes: number;
}

/** nodemailer breaks a line of quoted-printable after a word, 51 characters from its start at the earliest. */
const shortestLine = 50;

/**
 * The shorter of quoted-printable, which a person can read, and base64.
 *
 * @param text with line breaks of any kind, each of which counts as the CRLF it becomes.
 */
export function transferForm(text: string): TransferForm {
  let bytes = 0;
  let quoted = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a || unit === 0x0d) {
      if (unit === 0x0d && text.charCodeAt(i + 1) === 0x0a) i++;
      bytes += 2;
      quoted += 2;
    } else if (unit === 0x20 || unit === 0x09) {
      const next = text.charCodeAt(i + 1);
      bytes += 1;
      // A space at the end of a line is escaped (RFC 2045 §6.7 rule 3).
      quoted += next === 0x0a || next === 0x0d || Number.isNaN(next) ? 3 : 1;
    } else {
      const size = utf8Size(unit);
      bytes += size;
      quoted += unit > 0x20 && unit < 0x7f && unit !== 0x3d ? 1 : 3 * size;
    }
  }
  quoted += 3 * Math.ceil(quoted / shortestLine) + 4;
  const base64 = Math.ceil(bytes / 57) * 78;
  return quoted <= base64
    ? { encoding: 'quoted-printable', bytes: quoted }
    : { encoding: 'base64', bytes: base64 };
}

/** Bytes of UTF-8 for a UTF-16 unit; half of a surrogate pair stands for two of its four. */
function utf8Size(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return 2;
  return 3;
}
