/**
 * Base64 (RFC 4648 §4) of attachments: checked strictly, decoded in pieces, never as one string.
 *
 * Taken: the standard alphabet with its padding, broken into lines by CR and LF anywhere (RFC 2045 §6.8 breaks at 76 columns).
 * Refused: any other character, spaces too; the URL-safe alphabet (§5), which is another encoding; missing or early padding, which
 * is how a truncated upload looks; `data:` URLs. Bits left over in the last character are ignored, as most decoders do (§3.5).
 */
import type { LongText } from './long-text.ts';

/** Decoded size in bytes, or a sentence saying what is wrong. */
export type Base64Size =
  | { readonly ok: true; readonly size: number }
  | { readonly ok: false; readonly reason: string };

const [lineBreak, padding, foreign] = [64, 65, 66];

/** Byte → its 6 bits, or what else it is. */
const values = new Uint8Array(256).fill(foreign);
Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((byte, i) => {
  values[byte] = i;
});
values[0x0a] = lineBreak;
values[0x0d] = lineBreak;
values[0x3d] = padding;

/** What the byte at an offset is; beyond the end, a line break. */
const valueAt = (bytes: Uint8Array, at: number): number => values[bytes[at] ?? 0x0a] ?? foreign;

/** Checks a whole text in one pass and says how long its content is. Makes no copy of it. */
export function decodedSize(base64: string | LongText): Base64Size {
  let digits = 0;
  let pads = 0;
  let position = 0;
  for (const slice of slices(base64)) {
    for (let i = 0; i < slice.length; i++) {
      if (pads === 0) {
        const end = endOfGroups(slice, i);
        digits += end - i;
        i = end;
        if (i === slice.length) break;
      }
      const value = valueAt(slice, i);
      if (value < 64 && pads === 0) digits++;
      else if (value === padding) pads++;
      else if (value !== lineBreak) return refuse(foreignReason(base64, slice[i] ?? 0, position + i));
    }
    position += slice.length;
  }
  if ((digits + pads) % 4 !== 0 || pads > 2 || digits % 4 === 1) {
    return refuse(
      'The base64 is not complete: its length without line breaks must be a multiple of 4, padded with "=".',
    );
  }
  return { ok: true, size: Math.floor((digits * 3) / 4) };
}

/** Offset behind the groups of four digits that begin at `from`: the quick way through all but line ends. */
function endOfGroups(slice: Uint8Array, from: number): number {
  let i = from;
  const end = slice.length - 3;
  while (
    i < end &&
    (valueAt(slice, i) | valueAt(slice, i + 1) | valueAt(slice, i + 2) | valueAt(slice, i + 3)) < 64
  ) {
    i += 4;
  }
  return i;
}

const refuse = (reason: string): Base64Size => ({ ok: false, reason });

function foreignReason(base64: string | LongText, byte: number, position: number): string {
  const start = Buffer.from(slices(base64).next().value?.slice(0, 5) ?? []).toString('latin1');
  if (start.toLowerCase() === 'data:') {
    return 'This is a data: URL; send only what stands after the comma.';
  }
  if (values[byte] !== foreign)
    return `There is more text after the padding "=", at character ${position + 1}.`;
  if (byte === 0x2d || byte === 0x5f) {
    return `This is URL-safe base64 (character ${position + 1}); use the standard alphabet, with + and / and padding.`;
  }
  return `Character ${position + 1} is no base64; use A-Z a-z 0-9 + / and "=" at the end, with no spaces.`;
}

/**
 * Decodes a text that `decodedSize` has accepted.
 *
 * @param chunkBytes size of every chunk but the last, in bytes; a multiple of 3.
 */
export function* decodeBase64Chunks(base64: string | LongText, chunkBytes: number): Generator<Buffer, void> {
  let out = Buffer.allocUnsafe(chunkBytes);
  let written = 0;
  let bits = 0;
  let pending = 0;
  for (const slice of slices(base64)) {
    let i = 0;
    while (i < slice.length) {
      if (pending === 0) {
        const end = runOfDigits(slice, i, out, written);
        written += ((end - i) / 4) * 3;
        i = end;
        if (written === chunkBytes) {
          yield out;
          out = Buffer.allocUnsafe(chunkBytes);
          written = 0;
          continue;
        }
      }
      const value = valueAt(slice, i++);
      if (value >= 64) continue;
      bits = (bits << 6) | value;
      if (++pending === 4) {
        out[written++] = bits >> 16;
        out[written++] = bits >> 8;
        out[written++] = bits;
        bits = pending = 0;
      }
    }
  }
  if (pending >= 2) out[written++] = bits >> (pending === 2 ? 4 : 10);
  if (pending === 3) out[written++] = bits >> 2;
  if (written > 0) yield out.subarray(0, written);
}

/** Decodes whole groups of four until something else than a digit comes or `out` is full; the offset behind them. */
function runOfDigits(slice: Uint8Array, from: number, out: Uint8Array, at: number): number {
  let i = from;
  let o = at;
  const end = Math.min(slice.length - 3, from + ((out.length - at) / 3) * 4);
  while (i < end) {
    const a = valueAt(slice, i);
    const b = valueAt(slice, i + 1);
    const c = valueAt(slice, i + 2);
    const d = valueAt(slice, i + 3);
    if ((a | b | c | d) > 63) break;
    const bits = (a << 18) | (b << 12) | (c << 6) | d;
    out[o++] = bits >> 16;
    out[o++] = bits >> 8;
    out[o++] = bits;
    i += 4;
  }
  return i;
}

/** The text as bytes, in one view or in buffers of its unescaped form. */
function* slices(base64: string | LongText): Generator<Uint8Array, undefined> {
  if (typeof base64 === 'string') yield Buffer.from(base64);
  else if (base64.escaped) yield* unescaped(base64.bytes);
  else yield base64.bytes;
  return undefined;
}

const sliceBytes = 64 * 1024;

const escapes: Readonly<Record<number, number>> = { 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9 };

/** Undoes JSON's escapes (RFC 8259 §7): some encoders write `\/` or `\u002b`, and a line break has no other way in. */
function* unescaped(bytes: Uint8Array): Generator<Uint8Array, void> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // One buffer for all slices: each is used up before the next is asked for.
  const out = Buffer.allocUnsafe(sliceBytes);
  for (let i = 0; i < text.length;) {
    let written = 0;
    while (written < sliceBytes && i < text.length) {
      const byte = text[i++] ?? 0;
      if (byte !== 0x5c) {
        out[written++] = byte;
        continue;
      }
      const kind = text[i++] ?? 0;
      if (kind === 0x75) {
        const unit = Number.parseInt(text.toString('latin1', i, i + 4), 16);
        // Whatever is not ASCII is no base64 either; DEL stands for all of it.
        out[written++] = unit < 0x80 ? unit : 0x7f;
        i += 4;
      } else out[written++] = escapes[kind] ?? kind;
    }
    yield out.subarray(0, written);
  }
}
