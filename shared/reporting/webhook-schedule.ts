/**
 * What follows from a receiver's answer. Pure: time and chance are passed in.
 *
 * The schedule and the meaning of the status codes are those of Standard Webhooks 1.0.0, "Deliverability and reliability" and
 * "Delivery success and failure".
 */
import type { WebhookAnswer } from './webhook-client.ts';

/** Seconds between the end of one attempt and the next: 10 attempts over three days. */
const waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** Share of the wait that jitter may add. */
const spread = 0.2;

/** Most seconds that a `Retry-After` is obeyed for. */
const longestAsked = 86_400;

/** What to do now. */
export type WebhookVerdict =
  | { readonly kind: 'told' }
  /** The receiver wants no more, ever. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'again'; readonly seconds: number }
  | { readonly kind: 'given-up' };

/**
 * Judges an answer.
 *
 * @param attempt number of the attempt that got it, from 1.
 * @param random 0 ≤ random < 1, for jitter.
 */
export function judge(answer: WebhookAnswer, attempt: number, random: number): WebhookVerdict {
  if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300) return { kind: 'told' };
  if (answer.kind === 'answer' && answer.status === 410) return { kind: 'gone' };
  const wait = waitAfter(attempt, random);
  if (wait === undefined) return { kind: 'given-up' };
  const asked = answer.kind === 'answer' ? Math.min(answer.retryAfterSeconds ?? 0, longestAsked) : 0;
  return { kind: 'again', seconds: Math.max(asked, wait) };
}

/** Seconds until the attempt after this one; undefined when it was the last. */
export function waitAfter(attempt: number, random: number): number | undefined {
  const wait = waits[attempt - 1];
  return wait === undefined ? undefined : wait * (1 + spread * random);
}

/** Attempt from which a failure is no hiccup any more: the event has been refused for more than half an hour then. */
const persistentFrom = 4;

/** How long an endpoint may do nothing but fail until it is switched off, in milliseconds. */
const patience = 5 * 86_400_000;

/**
 * What a failed attempt says about the endpoint.
 *
 * @param failingSince since when it has done nothing but fail, as far as is known.
 */
export function healthAfterFailure(
  failingSince: Date | undefined,
  attempt: number,
  now: Date,
): 'unchanged' | 'failing' | 'dead' {
  if (attempt < persistentFrom) return 'unchanged';
  if (!failingSince) return 'failing';
  return now.getTime() - failingSince.getTime() >= patience ? 'dead' : 'unchanged';
}
