/**
 * Webhook endpoints: where a submitter wants to be told what happens to its messages. They are part of the register, so that
 * knowing whether anybody listens costs no storage request per message.
 *
 * Unlike an API key, the secret must be kept as it is: it signs what is sent. Who can read the table can sign as the bridge.
 */

import { Secret } from '../platform/secret.ts';

/** One row of the register. */
export interface WebhookEndpoint {
  /** `wh_` and ten hexadecimal digits. */
  readonly id: string;
  /** Whose messages it is told about. */
  readonly submitter: string;
  readonly url: string;
  /** Types of events it wants, such as `message.relayed`; empty for all. */
  readonly events: readonly string[];
  /** `whsec_` and base64 of 32 random bytes. */
  readonly secret: Secret;
  /** The secret before the last rotation, which signs as well until then. */
  readonly previous?: { readonly secret: Secret; readonly until: Date };
  readonly createdAt: Date;
  /** Since when nothing but failures came of it; absent while it works. */
  readonly failingSince?: Date;
  /** When and why it was switched off; absent while it is on. */
  readonly disabled?: { readonly at: Date; readonly reason: string };
}

/** Bytes of randomness that a new endpoint takes: 5 for the id, 32 for the secret. */
export const webhookEntropyBytes = 37;

/** How long both secrets sign after a rotation, in milliseconds. */
const rotationPeriod = 86_400_000;

/**
 * Makes an endpoint.
 *
 * @param random exactly 37 random bytes.
 */
export function makeWebhook(
  wish: Pick<WebhookEndpoint, 'submitter' | 'url' | 'events'>,
  random: Uint8Array,
  now: Date,
): WebhookEndpoint {
  const id = `wh_${Buffer.from(random.subarray(0, 5)).toString('hex')}`;
  return { id, ...wish, secret: secretOf(random), createdAt: now };
}

/**
 * Gives an endpoint a new secret; the one it had signs for another day, one before that no more.
 *
 * @param random exactly 37 random bytes, of which the last 32 are used.
 */
export const rotateWebhook = (endpoint: WebhookEndpoint, random: Uint8Array, now: Date): WebhookEndpoint => ({
  ...endpoint,
  secret: secretOf(random),
  previous: { secret: endpoint.secret, until: new Date(now.getTime() + rotationPeriod) },
});

/** Switches an endpoint on, or leaves it on, with a clean slate. */
export function enableWebhook(endpoint: WebhookEndpoint): WebhookEndpoint {
  const { disabled: _disabled, failingSince: _failingSince, ...rest } = endpoint;
  return rest;
}

/** Whether an endpoint is on and wants events of a type. */
export const wantsEvent = ({ disabled, events }: WebhookEndpoint, type: string): boolean =>
  disabled === undefined && (events.length === 0 || events.includes(type));

const secretOf = (random: Uint8Array): Secret =>
  new Secret(`whsec_${Buffer.from(random.subarray(5, webhookEntropyBytes)).toString('base64')}`);
