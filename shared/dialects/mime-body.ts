/**
 * Whether the body of an Internet message must stay as it is, and the body itself.
 *
 * Text, HTML, inline images and attachments are the same when they are put together anew. A signature is not, nor is an invitation,
 * which is one of several alternatives, nor a report (RFC 6522).
 */
import type { Attachment, Email } from 'postal-mime';
import type { KeptBody } from '../message/kept-body.ts';

/** A body that should stay, or why it cannot. */
export type FoundBody =
  | { readonly ok: true; readonly kept: KeptBody; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Types of the whole that composing anew would destroy. */
const sealedTypes = new Set([
  'multipart/signed',
  'multipart/encrypted',
  'application/pkcs7-mime',
  'application/x-pkcs7-mime',
]);

/** Parts that sign others (RFC 8551 §3.5, RFC 3156 §5). */
const signatures = new Set([
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pgp-signature',
]);

/** What the parts of a message can be put together to. */
const composable = new Set(['multipart/mixed', 'multipart/alternative', 'multipart/related']);

/** Longest line, in bytes without its end (RFC 5322 §2.1.1). */
const lineLimit = 998;

const encodings = ['7bit', '8bit', 'base64', 'quoted-printable'] as const;

/** Looks at a message that was read. @returns undefined when composing it anew loses nothing. */
export function findBody(bytes: Uint8Array, { headers, attachments }: Email): FoundBody | undefined {
  const values = (name: string) => headers.filter(({ key }) => key === name).map(({ value }) => value);
  const [given = 'text/plain', another] = values('content-type');
  const contentType = oneLine(given);
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const sealed = sealedTypes.has(type) || attachments.some(({ mimeType }) => signatures.has(mimeType));
  const unusual = type.startsWith('multipart/') && !composable.has(type);
  if (!sealed && !unusual && !attachments.some(isAlternative)) return undefined;

  const [encoding = '7bit', second] = values('content-transfer-encoding');
  const transferEncoding = encodings.find((one) => one === encoding.trim().toLowerCase());
  const disposition = values('content-disposition').map(oneLine).find(isPlain);
  if (another !== undefined || second !== undefined || !isPlain(contentType)) {
    return no('its Content-Type cannot be carried');
  }
  if (transferEncoding === undefined) return no('it is in a transfer encoding that mail does not carry');
  const body = canonical(bytesAfterHeader(bytes));
  if (longestLine(body) > lineLimit) return no(`a line is longer than ${lineLimit} bytes`);
  const quotedPrintable =
    transferEncoding === 'quoted-printable' ||
    /^content-transfer-encoding:[ \t]*quoted-printable/im.test(body.toString('latin1'));
  const kept = { contentType, transferEncoding, sealed, quotedPrintable };
  return { ok: true, kept: disposition === undefined ? kept : { ...kept, disposition }, bytes: body };
}

/** Unfolded (RFC 5322 §2.2.3). */
const oneLine = (value: string): string => value.replaceAll(/\s+/g, ' ').trim();

const isPlain = (value: string): boolean => /^[\x20-\x7e]{1,900}$/.test(value);

const no = (why: string): FoundBody => ({ ok: false, reason: why });

/** A text that stands beside text and HTML, and is no file: an invitation (RFC 6047), a page for a watch. */
const isAlternative = ({ mimeType, disposition, related }: Attachment): boolean =>
  mimeType.startsWith('text/') && (disposition ?? '') === '' && related !== true;

/** What follows the first empty line; nothing when there is none. */
function bytesAfterHeader(bytes: Uint8Array): Buffer {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const ends = ['\r\n\r\n', '\n\n', '\n\r\n']
    .map((gap) => ({ at: all.indexOf(gap), length: gap.length }))
    .filter(({ at }) => at !== -1)
    .map(({ at, length }) => at + length);
  return ends.length === 0 ? Buffer.alloc(0) : all.subarray(Math.min(...ends));
}

/** With the line ends of mail, which is the form that signatures are made over (RFC 8551 §3.1.1). */
function canonical(body: Buffer): Buffer {
  const text = body.toString('latin1');
  return /(?<!\r)\n|\r(?!\n)/.test(text)
    ? Buffer.from(text.replaceAll(/\r\n|\r|\n/g, '\r\n'), 'latin1')
    : Buffer.from(body);
}

function longestLine(body: Buffer): number {
  let longest = 0;
  let from = 0;
  for (let end = body.indexOf('\r\n'); end !== -1; end = body.indexOf('\r\n', from)) {
    longest = Math.max(longest, end - from);
    from = end + 2;
  }
  return Math.max(longest, body.length - from);
}
