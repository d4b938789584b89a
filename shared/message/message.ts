/**
 * What a message is, between the two halves: plain data, already validated, nothing of HTTP and nothing of Graph.
 *
 * The words are those of RFC 5322 (header section, mailbox) and RFC 5321 (envelope). Attachments are described here and
 * their bytes travel beside, because 25 MB do not belong in a JSON value.
 */
import type { KeptBody } from './kept-body.ts';

/** A mailbox in the sense of RFC 5322 §3.4: an address and, where given, a display name. */
export interface Mailbox {
  /** addr-spec in normal form: local part as given, domain lower case in A-labels (RFC 5890). */
  readonly address: string;
  /** Display name as Unicode text without control characters; never empty. */
  readonly name?: string;
}

/** A header field the submitter asked for, beyond those a message always has (RFC 5322 §3.6.8). */
export interface HeaderField {
  /** Field name as given, e.g. `X-Ticket`. */
  readonly name: string;
  /** Unstructured value, Unicode, on one line. */
  readonly value: string;
}

/** What is known of an attachment before its bytes are opened. */
export interface Attachment {
  /** File name, Unicode, without path separators. */
  readonly filename: string;
  /** Media type without parameters, lower case, e.g. `image/png` (RFC 6838). */
  readonly contentType: string;
  /** Content-ID without angle brackets (RFC 2392); makes the part inline. */
  readonly contentId?: string;
  /** Decoded size in bytes. */
  readonly size: number;
}

/** Importance as Exchange and Graph know it. */
export type Importance = 'low' | 'normal' | 'high';

/** A validated message. At least one recipient, and at least one of `text` and `html`. */
export interface Message {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers: readonly HeaderField[];
  readonly attachments: readonly Attachment[];
  /** Where the body is carried byte for byte; it is the only attachment then. */
  readonly kept?: KeptBody;
  readonly importance: Importance;
  /** Whether the sender's mailbox keeps a copy in Sent Items. */
  readonly saveToSentItems: boolean;
}

/** Everyone the message goes to, in the order to, cc, bcc: the forward paths of the envelope (RFC 5321 §2.3.1). */
export function recipients(message: Message): readonly Mailbox[] {
  return [...message.to, ...message.cc, ...message.bcc];
}
