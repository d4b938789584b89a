import type { Readable } from 'node:stream';
import type { Message } from '../message/message.ts';
import type { Outcome } from './outcome.ts';

/** The ways to Microsoft 365. */
export type TransportName = 'graph' | 'smtp';

/** A message on its way out: what is said, and how to read the attachments without holding them all. */
export interface OutgoingMessage {
  /** Postrider's id of the message. */
  readonly id: string;
  /** Message-ID with angle brackets, the same on every attempt (RFC 5322 §3.6.4). */
  readonly messageId: string;
  /** Origination date, the same on every attempt (RFC 5322 §3.6.1). */
  readonly date: Date;
  /** The Exchange mailbox that sends it: whose URL is posted to, whose name is logged in with. */
  readonly mailbox: string;
  readonly message: Message;
  /** Only these addresses are still to be served, the others have it; absent for all. Only SMTP can do that. */
  readonly pending?: readonly string[];
  /**
   * Opens the bytes of attachment `index` (of `message.attachments`) as a stream, each time from the start: an attempt may read
   * twice when a kept connection turns out to be stale. Throws when the content is gone.
   */
  openAttachment(index: number): Promise<Readable>;
}

/** What the message's row remembers of a draft in the mailbox, over attempts and workers. */
export interface DraftNote {
  /** Immutable id of the draft that an earlier attempt has left in the mailbox. */
  readonly draft?: string;
  /** Whether an earlier attempt may have left a draft whose id it did not come to write down. */
  readonly repeated: boolean;
  /**
   * Writes the id down, or that there is no draft any more.
   *
   * @returns false when this worker has lost its claim: it must stop without sending.
   */
  note(draft: string | undefined): Promise<boolean>;
}

/** A door to Microsoft 365. */
export interface Transport {
  readonly name: TransportName;
  /**
   * Hands the message over. Resolves with an outcome for everything the wire can do; rejects only for defects.
   *
   * @param signal ends the attempt; an abort after the message was written is an unknown outcome.
   * @param drafts where a transport that works with drafts writes down which one.
   */
  send(mail: OutgoingMessage, signal: AbortSignal, drafts: DraftNote): Promise<Outcome>;
  /** Closes idle connections. */
  close(): Promise<void>;
}

/** Gives app-only access tokens for a resource; see entra.ts. */
export interface TokenSource {
  /**
   * @param scope `<resource>/.default`
   * @param renew true after the resource refused the last token: skips the cache once.
   */
  token(scope: string, renew?: boolean): Promise<TokenResult>;
}

/** A token, or why there is none, already classified. */
export type TokenResult =
  | { readonly ok: true; readonly accessToken: string; readonly expiresOn: Date }
  | { readonly ok: false; readonly outcome: Extract<Outcome, { kind: 'deferred' }> };
