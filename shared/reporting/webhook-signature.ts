/**
 * The signature of a webhook: HMAC-SHA256 of `id.timestamp.body`
 * (Standard Webhooks 1.0.0, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import { createHmac } from 'node:crypto';

/** What is signed. The id must hold no full stop. */
export interface Signable {
  readonly id: string;
  /** Time of this attempt, Unix seconds. */
  readonly timestamp: number;
  /** Exactly the text that is sent. */
  readonly body: string;
}

/**
 * The three header fields of a webhook.
 *
 * @param secrets `whsec_` and base64 each; more than one while a secret is rotated: the receiver takes whichever fits.
 */
export function webhookHeaders(signable: Signable, secrets: readonly string[]): Record<string, string> {
  const { id, timestamp, body } = signable;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
