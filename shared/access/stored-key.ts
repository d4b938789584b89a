/**
 * An API key as stored: never the key itself, only its digest.
 *
 * A key belongs to a submitter or to an operator, never to both: what administers the bridge cannot send, and what sends cannot
 * administer.
 */

/**
 * What a key of a submitter may be used for; all of it when a key names none. `submit` a message, `read` what became of those of the
 * submitter, `cancel` what waits, or have it sent at another time.
 */
export const keyScopes = ['submit', 'read', 'cancel'] as const;
export type KeyScope = (typeof keyScopes)[number];

/** One key. */
export interface StoredApiKey {
  /** Public part, fit for logs and lists. */
  readonly id: string;
  /** Whose it is; absent for a key of an operator. */
  readonly submitter?: string;
  /** The operator whose it is. */
  readonly operator?: string;
  /** What people call it, e.g. where it is used. */
  readonly name?: string;
  /**
   * A key for URLs: good for this one hook and nothing else. It may stand in a path or a query, where others would be refused,
   * since such places end up in logs.
   */
  readonly hook?: string;
  readonly scopes?: readonly KeyScope[];
  /** Where it may come from, in CIDR form; absent or empty: from anywhere. */
  readonly networks?: readonly string[];
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly createdAt: Date;
  /** From then on it is refused. */
  readonly expiresAt?: Date;
}
