/**
 * Where a message stands for each recipient: a fold of its events. Pure.
 *
 * Only SMTP, and our own suppression list, tell recipients apart, in `rejected` of an event. Whoever has the message stays `relayed`,
 * and whoever was refused for good stays `failed`, whatever becomes of the message for the others. All others stand where the message
 * stands; of those left out of an attempt whose end is open it is told why.
 */
import type { MessageEvent, RejectedRecipient, State } from './event.ts';

/** A recipient and where the message stands for them. */
export interface RecipientView {
  readonly address: string;
  readonly status: State;
  /** Enhanced status code (RFC 3463) of the last reply about this recipient, where there was one and it had one; ours for one left out. */
  readonly code?: string;
  /** What the server, or the suppression list, last said about this recipient, unless it has taken the message for them. */
  readonly reply?: string;
}

type Said = Pick<RecipientView, 'code' | 'reply'>;

const saidOf = ({ code, reply }: Pick<RejectedRecipient, 'code' | 'reply'>): Said => ({
  ...(code === undefined ? {} : { code }),
  reply,
});

/**
 * Folds the events.
 *
 * @param addresses of To, Cc and Bcc; one that is there twice gets one entry. Upper and lower case do not count.
 * @param state of the message after the events.
 */
export function recipientViews(
  addresses: readonly string[],
  state: State,
  events: readonly MessageEvent[],
): RecipientView[] {
  const named = new Map(addresses.map((address) => [address.toLowerCase(), address]));
  const decided = new Map<string, 'relayed' | 'failed'>();
  const said = new Map<string, Said>();
  let left: readonly (readonly [string, Said])[] = [];
  for (const event of events) {
    if (event.event === 'replayed') {
      for (const key of said.keys()) if (!decided.has(key)) said.delete(key);
    }
    if (event.event === 'sending') {
      // Who was left out before may have been taken off the list.
      for (const [key, why] of left) if (said.get(key) === why) said.delete(key);
      left = (event.leftOut ?? []).map(({ address, ...why }) => [address.toLowerCase(), saidOf(why)]);
      for (const [key, why] of left) said.set(key, why);
    }
    const rejected = 'rejected' in event ? (event.rejected ?? []) : [];
    const refused = new Set<string>();
    for (const { address, temporary, ...why } of rejected) {
      const key = address.toLowerCase();
      refused.add(key);
      said.set(key, saidOf(why));
      // The failure of the whole message can be replayed, for all whom it concerns.
      if (temporary !== true && event.event !== 'failed') decided.set(key, decided.get(key) ?? 'failed');
    }
    if (event.event !== 'relayed' && event.event !== 'partly-relayed') continue;
    for (const key of named.keys()) {
      if (!refused.has(key) && !decided.has(key)) decided.set(key, 'relayed');
    }
  }
  return Array.from(named, ([key, address]) => {
    const status = decided.get(key) ?? state;
    return { address, status, ...(status === 'relayed' ? {} : said.get(key)) };
  });
}
