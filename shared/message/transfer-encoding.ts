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

/** The shorter of quoted-printable, which a person can read, and base64. */
export function transferForm(text: string): TransferForm {
  let literal = 0;
  let lines = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a || unit === 0x0d) lines++;
    else if ((unit >= 0x20 && unit <= 0x7e && unit !== 0x3d) || unit === 0x09) literal++;
  }
  const bytes = Buffer.byteLength(text);
  const encoded = 3 * (bytes - literal - lines) + literal;
  // Each line break may become CRLF, and the space before it an escape.
  const quoted = encoded + 3 * Math.ceil(encoded / shortestLine) + 4 * lines + 8;
  const base64 = Math.ceil((bytes + lines) / 57) * 78;
  return quoted <= base64
    ? { encoding: 'quoted-printable', bytes: quoted }
    : { encoding: 'base64', bytes: base64 };
}
