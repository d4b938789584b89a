/**
 * To whom a message goes now: whoever was put on the suppression list since it was accepted is left out, in every form and on every
 * route. They stand in no header either: with Graph the header is the envelope, and an answer to all should not reach them.
 *
 * No reason here is logged; an operator's words may name an address.
 */
import { recipients, type Mailbox, type Message } from '../message/message.ts';
import type { MessageEvent, RejectedRecipient } from '../reporting/event.ts';

/** A message, and who gets it. */
export interface Audience {
  /** The message without those who are left out. */
  readonly message: Message;
  /** Addresses still to be served, when others have it; absent for all of the message. */
  readonly pending?: readonly string[];
  /** Of those who should have got it now; each with a code of RFC 3463. */
  readonly leftOut: readonly RejectedRecipient[];
  /** Whether nobody is left. */
  readonly empty: boolean;
}

/** Says of those addresses that must not be written to why, in a sentence each. */
export type Suppressed = (addresses: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** "Delivery not authorized, message refused": filtering by recipient (RFC 3463 §3.8). */
const code = '5.7.1';

/**
 * Finds it.
 *
 * @param pending addresses still to be served, when others have it.
 */
export async function audienceOf(
  suppressed: Suppressed,
  message: Message,
  pending: readonly string[] | undefined,
): Promise<Audience> {
  const addresses = pending ?? recipients(message).map(({ address }) => address);
  const reasons = await suppressed(addresses);
  if (reasons.size === 0) return { message, ...(pending ? { pending } : {}), leftOut: [], empty: false };
  const isLeft = (address: string) => !reasons.has(address);
  const left = (list: readonly Mailbox[]) => list.filter(({ address }) => isLeft(address));
  const { to, cc, bcc } = message;
  return {
    message: { ...message, to: left(to), cc: left(cc), bcc: left(bcc) },
    ...(pending ? { pending: pending.filter(isLeft) } : {}),
    leftOut: Array.from(reasons, ([address, reply]) => ({ address, code, reply })),
    empty: !addresses.some(isLeft),
  };
}

/** Whether both go to the same. */
export const isSame = (one: Audience, other: Audience): boolean =>
  one.leftOut.length === other.leftOut.length &&
  one.leftOut.every(({ address }) => other.leftOut.some((left) => left.address === address));

/** Who was left out of the last attempt. */
export function lastLeftOut(events: readonly MessageEvent[]): readonly RejectedRecipient[] {
  const last = events.findLast(({ event }) => event === 'sending');
  return last?.event === 'sending' ? (last.leftOut ?? []) : [];
}
