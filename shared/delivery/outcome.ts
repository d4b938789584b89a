/**
 * How an attempt to hand a message to Microsoft 365 ended. One union for every transport.
 *
 * A transport returns an outcome and never throws for what the wire did: an unlisted error is transient, a lost answer
 * after the whole message was written is unknown (RFC 1047 explains why the two must not be mixed up).
 */
import type { ProviderTrace, RejectedRecipient } from '../reporting/event.ts';

/**
 * Whose fault a deferral is, which decides how long to wait and whom to tell: `transient`, the network or the provider, passing;
 * `throttled`, the provider asked us to slow down, and waiting costs no attempt; `configuration`, a permission, a mailbox or a
 * credential, which heals when an administrator acts.
 */
type DeferralFault = 'transient' | 'throttled' | 'configuration';

/** How an attempt ended. */
export type Outcome =
  | {
      readonly kind: 'relayed';
      readonly trace: ProviderTrace;
      readonly rejected?: readonly RejectedRecipient[];
      /** What could not be carried on this transport, in words for the submitter. */
      readonly notCarried?: readonly string[];
      /** Seconds that the provider asked to wait before the next message. */
      readonly slowDownSeconds?: number;
    }
  | {
      readonly kind: 'deferred';
      readonly fault: DeferralFault;
      /** One sentence for the administrator. */
      readonly reason: string;
      /** Seconds that the provider asked us to wait; a floor under our own schedule. */
      readonly retryAfterSeconds?: number;
      /** True when it ended before the route was asked: there was no token, or the fault is ours. It tells nothing of the route. */
      readonly unasked?: true;
      /** When every recipient was refused and some may be taken later: all of them, the permanent ones not to be tried again. */
      readonly rejected?: readonly RejectedRecipient[];
      readonly trace: ProviderTrace;
    }
  | {
      /** No retry will help: the fault is in the message itself, or in a set-up that refuses this message for good. */
      readonly kind: 'failed';
      readonly fault: 'message' | 'configuration';
      readonly reason: string;
      readonly trace: ProviderTrace;
      readonly rejected?: readonly RejectedRecipient[];
    }
  | {
      /** The whole message was written and no answer came: it may have been sent. */
      readonly kind: 'unknown';
      readonly reason: string;
      readonly trace: ProviderTrace;
    };
