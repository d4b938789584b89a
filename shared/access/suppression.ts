/**
 * Recipients that nobody may write to: they bounced, complained, or asked for it. Pure.
 *
 * Asked when a message is submitted and again before every attempt, so that the list reaches what has been accepted before.
 */
import { withMain } from './address-rule.ts';

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

/** Why an address must not be written to now: its own entry, or that of the mailbox behind it. A sentence; undefined when it may be. */
export function suppressionReason(
  register: { readonly suppression: (address: string) => Suppression | undefined },
  address: string,
  now: Date,
): string | undefined {
  const entry = withMain(address)
    .map((one) => register.suppression(one))
    .find((one) => one && !(one.expiresAt && one.expiresAt <= now));
  if (!entry) return undefined;
  const until = entry.expiresAt ? ` until ${entry.expiresAt.toISOString()}` : '';
  return `${address} must not be written to${until}: ${entry.reason}.`;
}

/** Those of the addresses that must not be written to now, and why. */
export const suppressedOf = (
  register: Parameters<typeof suppressionReason>[0],
  addresses: readonly string[],
  now: Date,
): ReadonlyMap<string, string> =>
  new Map(
    addresses.flatMap((address) => {
      const reason = suppressionReason(register, address, now);
      return reason === undefined ? [] : [[address, reason] as const];
    }),
  );
