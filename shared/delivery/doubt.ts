/**
 * An attempt that may or may not have sent the message, and what a look at the mailbox tells about it.
 */
import type { ProviderTrace } from '../reporting/event.ts';
import type { Message } from '../message/message.ts';
import type { TransportName } from './transport.ts';

/** What is known of a doubtful attempt. Kept in the message's row until it is settled. */
export interface Doubt {
  /**
   * When the attempt ended in doubt, or was found dead, ISO 8601. The copy is awaited from here on: a request may have been written,
   * and taken, until the very end of an attempt.
   */
  readonly at: string;
  readonly transport: TransportName;
  /** The mailbox it went through. */
  readonly mailbox: string;
}

/** What a look at the mailbox tells. */
export type Sighting =
  /** A copy stands in Sent Items, or the draft has been sent. */
  | { readonly kind: 'sent'; readonly trace: ProviderTrace }
  /** The mailbox keeps copies of what goes this way, enough time has passed, and there is none: it was not sent. */
  | { readonly kind: 'not-sent' }
  /** Too early to tell: the copy may still come. Look again after so many seconds. */
  | { readonly kind: 'too-early'; readonly seconds: number }
  /** The mailbox could not be asked; look again later. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly retryAfterSeconds?: number }
  /** A look tells nothing here: no copy is kept, or the permission is missing. */
  | { readonly kind: 'no-evidence'; readonly reason: string };

/** Looks into mailboxes. Needs Mail.Read or Mail.ReadWrite. */
export interface SentCopies {
  /**
   * Whether a doubtful attempt has sent its message. Resolves for everything the wire can do.
   *
   * @param facts.message tells in which form the attempt went; absent when the content is gone.
   * @param facts.draft immutable id of the draft, when the attempt went by draft.
   */
  find(
    facts: {
      readonly id: string;
      readonly messageId: string;
      readonly doubt: Doubt;
      readonly message?: Message;
      readonly draft?: string;
    },
    signal: AbortSignal,
  ): Promise<Sighting>;
}
