/**
 * A long JSON string that is still bytes.
 *
 * A 25 MB attachment comes as 33 MB of base64 in one JSON string. Made into a JavaScript string it would stand in memory twice
 * more, so the reader of the body leaves such a string where it is and hands on this view of it.
 */

/** A view of the inside of a JSON string literal, quotes excluded. The bytes were checked: UTF-8, and valid escapes (RFC 8259 §7). */
export class LongText {
  /** The bytes between the quotes, not a copy. */
  readonly bytes: Uint8Array;
  /** Whether a backslash stands among them. */
  readonly escaped: boolean;

  constructor(bytes: Uint8Array, escaped: boolean) {
    this.bytes = bytes;
    this.escaped = escaped;
  }

  /** The text itself; decodes all of it each time. */
  toString(): string {
    const { buffer, byteOffset, length } = this.bytes;
    const text = Buffer.from(buffer, byteOffset, length).toString('utf8');
    return this.escaped ? String(JSON.parse(`"${text}"`)) : text;
  }

  /** As `JSON.stringify` would see the string. */
  toJSON(): string {
    return this.toString();
  }
}
