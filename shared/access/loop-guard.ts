/**
 * The guard against mail loops: mail that causes a webhook, which causes a request, which causes the same mail.
 *
 * Three marks tell one. The hop count travels with webhooks and mail and is refused when it has come round too often. Automatic
 * replies answer no automatic mail (RFC 3834 §2). And a mailbox that is told the same by itself again and again is told no more.
 */
import { createHash } from 'node:crypto';
import { recipients, type Message } from '../message/message.ts';
import { refuse, type Problem } from '../platform/problem.ts';

/** The mark, on requests, webhooks and mail. */
export const hopHeader = 'X-Postrider-Hop';

/** From so many hops on a request is refused. */
const mostHops = 3;

/**
 * How often what led to a request has been through a bridge, as the request shows: 0 for a new thing.
 *
 * @param header looks up a request header by its lower-case name; repeated ones are joined by commas, and the highest counts.
 */
export function hopsOf(header: (name: string) => string | undefined, message: Message): number {
  const own = (name: string) => message.headers.find((field) => field.name.toLowerCase() === name)?.value;
  const marks = [header('x-postrider-hop'), own('x-postrider-hop')].flatMap((text) => text?.split(',') ?? []);
  const counts = marks.map((mark) => (/^\d+$/.test(mark.trim()) ? Number(mark) : 0));
  // Mail of the first hop has no mark but the tag of all mail.
  return Math.max(0, own('x-postrider-id') === undefined ? 0 : 1, ...counts);
}

/** What speaks against a message that may have come round; undefined when nothing does. @param at pointer to it. */
export function loopProblem(
  header: (name: string) => string | undefined,
  message: Message,
  at: string,
): Problem | undefined {
  const hops = hopsOf(header, message);
  if (hops >= mostHops) {
    return refuse(
      'mail-loop',
      `What led to this request has been through this bridge ${hops} times (${hopHeader}). Find what answers the bridge's own mail or webhooks, and stop it.`,
    ).problem;
  }
  const cause = automation(header('auto-submitted'));
  const reply = message.headers.find(({ name }) => name.toLowerCase() === 'auto-submitted');
  const isReply = automation(reply?.value) === 'auto-replied';
  if (cause === 'auto-replied' || (cause !== undefined && isReply)) {
    return refuse(
      'mail-loop',
      'The header Auto-Submitted of the request says that an automatic mail led to it, and automatic mail is not answered automatically (RFC 3834). Do not send this, or leave the header out if no mail led to the request.',
    ).problem;
  }
  const self = message.from.address.toLowerCase();
  if (isReply && recipients(message).some(({ address }) => address.toLowerCase() === self)) {
    return refuse('mail-loop', 'An automatic reply must not go to its own sender. Change the recipient.', {
      errors: [{ pointer: `${at}/to`, detail: 'Leave out the address that stands in "from".' }],
    }).problem;
  }
  return undefined;
}

/** The keyword of Auto-Submitted (RFC 3834 §5); undefined for none and for `no`. */
function automation(value: string | undefined): string | undefined {
  const keyword = value?.split(';')[0]?.trim().toLowerCase();
  return keyword === 'no' || keyword === '' ? undefined : keyword;
}

/** Refuses what a mailbox has been told by itself too often. */
export interface SelfMailGuard {
  /** Counts a message that is about to be accepted. */
  (message: Message, now: Date): Problem | undefined;
}

/** So many times the same, within so many milliseconds, are let through. */
const mostRepeats = 20;
const window = 10 * 60_000;

/** Most different mails that are remembered. */
const remembered = 2000;

/** Makes the guard of a process. It forgets the oldest first. */
export function createSelfMailGuard(): SelfMailGuard {
  const seen = new Map<string, { readonly since: number; count: number }>();
  return (message, now) => {
    const self = message.from.address.toLowerCase();
    if (!recipients(message).some(({ address }) => address.toLowerCase() === self)) return undefined;
    const key = createHash('sha256')
      .update(JSON.stringify([self, message.subject, message.text ?? '', message.html ?? '']))
      .digest('base64');
    const known = seen.get(key);
    const fresh = known && Math.abs(now.getTime() - known.since) < window ? known : undefined;
    const entry = fresh ?? { since: now.getTime(), count: 0 };
    entry.count++;
    if (!fresh) {
      seen.delete(key);
      seen.set(key, entry);
      const [oldest] = seen.keys();
      if (seen.size > remembered && oldest !== undefined) seen.delete(oldest);
    }
    if (entry.count <= mostRepeats) return undefined;
    const seconds = Math.ceil((entry.since + window - now.getTime()) / 1000);
    return refuse(
      'mail-loop',
      `The mailbox ${message.from.address} has been sent this same mail by itself ${mostRepeats} times within ten minutes. Find what answers it, and stop it.`,
      { retryAfterSeconds: Math.max(1, seconds) },
    ).problem;
  };
}
