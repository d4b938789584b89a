/**
 * A message's content as one sequence of bytes: `length of the header (4 bytes, big endian) · header · attachment 0 · …`.
 *
 * The header is the message as JSON. The attachments follow it raw, so that a blob can be read in ranges and 25 MB need not
 * pass through JSON or base64 again; the row uses the same form, so that there is one.
 */
import type { Message } from '../message/message.ts';

/** Bytes of an attachment on their way in. */
export interface AttachmentContent {
  /** Exact number of bytes that `chunks` yields. */
  readonly size: number;
  /** The bytes, in order. May be called more than once. */
  chunks(): Iterable<Uint8Array>;
}

/** Content before it is stored. */
export interface Frame {
  /** Total size in bytes. */
  readonly size: number;
  chunks(): Iterable<Uint8Array>;
}

/** Frames a message and its attachments. `attachments[i]` belongs to `message.attachments[i]`. */
export function frame(message: Message, attachments: readonly AttachmentContent[]): Frame {
  const header = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return {
    size: attachments.reduce((sum, attachment) => sum + attachment.size, 4 + header.length),
    *chunks() {
      yield length;
      yield header;
      for (const attachment of attachments) yield* attachment.chunks();
    },
  };
}

/** How many bytes to read to know the header's length. */
export const prefixLength = 4;

/** Length of the header, from the first four bytes. */
export function headerLength(prefix: Uint8Array): number {
  return Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength).readUInt32BE(0);
}

/**
 * Reads the header.
 *
 * @throws SyntaxError when the bytes are not what `frame` wrote.
 */
export function readHeader(header: Uint8Array): Message {
  return JSON.parse(Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString()) as Message;
}

/** Where the bytes of attachment `index` stand in the frame. */
export function attachmentRange(
  message: Message,
  headerBytes: number,
  index: number,
): { offset: number; length: number } {
  const before = message.attachments.slice(0, index).reduce((sum, attachment) => sum + attachment.size, 0);
  return { offset: prefixLength + headerBytes + before, length: message.attachments[index]?.size ?? 0 };
}
