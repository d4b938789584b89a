/**
 * A hook: an address for senders that cannot say who they are or to whom they write. It belongs to a submitter and fixes sender and
 * recipients, so that whoever finds its address can do no more than write to those.
 */

import type { Severity } from '../alerts/alert.ts';

/** How the body of a request is signed. */
export const signatureSchemes = ['standard-webhooks', 'github', 'grafana', 'pagerduty'] as const;
export type SignatureScheme = (typeof signatureSchemes)[number];

/** What a hook's requests must be signed with. */
export interface HookSignature {
  readonly scheme: SignatureScheme;
  readonly secret: string;
  /** Seconds for which the same body is a repetition, where the scheme signs no time; signature/verify.ts has what holds without it. */
  readonly replayWindow?: number;
}

/** Who gets what is bad enough. */
export interface SeverityRoute {
  readonly atLeast: Exclude<Severity, 'ok' | 'unknown'>;
  readonly to: readonly string[];
}

/** A time of each day in which mails wait until it is over, in the zone of the hook. */
export interface QuietHours {
  /** `22:00`. */
  readonly from: string;
  /** `07:00`; before `from` when it lies on the next day. */
  readonly to: string;
  /** What is at least so bad does not wait; `critical` when absent. */
  readonly bypass?: Exclude<Severity, 'ok' | 'unknown'>;
}

/** One entry of the register. */
export interface Hook {
  /** Unique, in the form of a submitter's name; the path is `/hooks/<name>`. */
  readonly name: string;
  readonly submitter: string;
  readonly description?: string;
  /** One of the submitter's senders, perhaps with a display name. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly replyTo?: readonly string[];
  /** Name of the adapter that knows the bodies; told by their shape when absent. */
  readonly adapter?: string;
  /** A signature that every request must carry instead of a key; the secret's setting is `POSTRIDER_SECRET_<NAME>`. */
  readonly signature?: HookSignature;
  /** Whether a subscription of Amazon SNS, signed by SNS, is confirmed without asking; else its link is mailed. */
  readonly confirmSubscriptions?: boolean;
  /** Whether a GET sends; else link scanners would. */
  readonly allowGet?: boolean;
  /** IANA time zone in which times are shown, and of the quiet hours; UTC when absent. */
  readonly zone?: string;
  /** Other recipients for what is at least so bad, in place of `to`; the worst that fits counts. */
  readonly severityRoutes?: readonly SeverityRoute[];
  /** Name of a template in place of our own layout; parts that it lacks are ours. */
  readonly template?: string;
  /** More than `after` mails within so many seconds become one digest at the end of each such time. */
  readonly storm?: { readonly after: number; readonly within: number };
  /** What fires and is not resolved is told again after so many seconds, and again. */
  readonly remindEvery?: number;
  readonly quietHours?: QuietHours;
  /** A call is expected every so many seconds; when none comes, a mail says so. */
  readonly expectEvery?: number;
  readonly disabled?: boolean;
  readonly createdAt?: Date;
  readonly changedAt?: Date;
}
