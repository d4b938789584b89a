/**
 * A hook: an address for senders that cannot say who they are or to whom they write. It belongs to a submitter and fixes sender and
 * recipients, so that whoever finds its address can do no more than write to those.
 */

/** How the body of a request is signed. */
export const signatureSchemes = ['standard-webhooks', 'github', 'grafana', 'pagerduty'] as const;
export type SignatureScheme = (typeof signatureSchemes)[number];

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
  readonly signature?: { readonly scheme: SignatureScheme; readonly secret: string };
  /** Whether a GET sends; else link scanners would. */
  readonly allowGet?: boolean;
  /** IANA time zone in which times are shown; UTC when absent. */
  readonly zone?: string;
  readonly disabled?: boolean;
  readonly createdAt?: Date;
  readonly changedAt?: Date;
}
