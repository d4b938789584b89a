/**
 * Switches that stop the bridge: for all, or for one sender. While one is thrown nothing is accepted, and what has been accepted
 * waits.
 */

/** One entry of the register. */
export interface KillSwitch {
  /** `all`, or the address of a sender in lower case. */
  readonly scope: string;
  /** Why, for people. */
  readonly reason: string;
  readonly thrownAt: Date;
  /** Name of the operator. */
  readonly by: string;
}
