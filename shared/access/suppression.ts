/**
 * Recipients that nobody may write to: they bounced, complained, or asked for it.
 */

/** One entry of the register. */
export interface Suppression {
  /** The address in lower case, in normal form. */
  readonly address: string;
  /** Why, for people. */
  readonly reason: string;
  readonly createdAt: Date;
  /** From then on it may be written to again; absent: never. */
  readonly expiresAt?: Date;
}
