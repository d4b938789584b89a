/**
 * A body that is carried byte for byte under a header section of our own: what is signed or encrypted, and what has a structure that
 * nothing else here can say, such as an invitation.
 */
import type { Message } from './message.ts';

/** What the header section says of such a body. */
export interface KeptBody {
  /** Value of Content-Type with its parameters, printable ASCII on one line (RFC 2045 §5). */
  readonly contentType: string;
  /** Value of Content-Disposition, where the whole is a file: an encrypted message is (RFC 8551 §3.2.1). */
  readonly disposition?: string;
  /** Value of Content-Transfer-Encoding; `7bit` when absent (RFC 2045 §6.1). */
  readonly transferEncoding?: '7bit' | '8bit' | 'base64' | 'quoted-printable';
  /** Whether a signature covers bytes of it, or it is encrypted: any change breaks it. */
  readonly sealed: boolean;
  /** Whether a part of it is in quoted-printable, which Graph garbles. */
  readonly quotedPrintable: boolean;
}

/**
 * The message with the body in the place of its parts. Its bytes are the only attachment. The texts stay, for people who look at it.
 *
 * @param size bytes of the body.
 */
export const withKeptBody = (message: Message, kept: KeptBody, size: number): Message => ({
  ...message,
  kept,
  attachments: [{ filename: 'body', contentType: mediaTypeOf(kept.contentType), size }],
});

const mediaTypeOf = (contentType: string): string =>
  (contentType.split(';')[0] ?? '').trim().toLowerCase() || 'text/plain';
