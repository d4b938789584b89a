/**
 * Standard Webhooks (https://www.standardwebhooks.com, specification 1.0): `webhook-id`, `webhook-timestamp` and `webhook-signature`, a
 * list with spaces of `v1,<Base64>` over `id.timestamp.body`. Svix, where it began, sends them with its own prefix too.
 */
import { isMac, isRecent, macOf, mostSignatures } from './mac.ts';
import type { Scheme } from './scheme.ts';

/** The id is the same when the sender repeats a request, though time and signature are new. */
export const standardWebhooks: Scheme = (secret, { header, body }, now) => {
  const read = (name: string) => header(`webhook-${name}`) ?? header(`svix-${name}`) ?? '';
  const [id, time, signatures] = [read('id'), read('timestamp'), read('signature')];
  if (id === '' || time === '' || signatures === '') return { ok: false, fault: 'missing' };
  // The secret is Base64 behind a mark that scanners for leaked secrets look for.
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (key.length === 0) return { ok: false, fault: 'wrong' };
  const mac = macOf(key, `${id}.${time}.`, body);
  const given = signatures.split(' ', mostSignatures).map((one) => one.split(',', 2));
  // Version v1a is a public-key signature, and not ours to check.
  if (!given.some(([version, text = '']) => version === 'v1' && isMac(text, 'base64', mac))) {
    return { ok: false, fault: 'wrong' };
  }
  return isRecent(time, now) ? { ok: true, once: id, dated: true } : { ok: false, fault: 'stale' };
};
