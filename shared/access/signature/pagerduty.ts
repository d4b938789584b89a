/**
 * PagerDuty's webhooks (v3): `X-PagerDuty-Signature: v1=…,v1=…`, each HMAC-SHA256 of the body in hexadecimal; two while a secret is
 * being changed. (https://developer.pagerduty.com/docs/webhooks/webhook-signatures/, read 2026-11.) As with GitHub nothing says when.
 */
import { isMac, macOf, mostSignatures } from './mac.ts';
import type { Scheme } from './scheme.ts';

export const pagerduty: Scheme = (secret, { header, body }) => {
  const given = header('x-pagerduty-signature') ?? '';
  if (given === '') return { ok: false, fault: 'missing' };
  const mac = macOf(secret, body);
  const right = given
    .split(',', mostSignatures)
    .map((one) => one.trim())
    .some((one) => one.startsWith('v1=') && isMac(one.slice(3), 'hex', mac));
  return right ? { ok: true, once: mac.toString('hex'), dated: false } : { ok: false, fault: 'wrong' };
};
