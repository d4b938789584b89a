/**
 * GitHub and those that followed it: HMAC-SHA256 of the body in hexadecimal, as `X-Hub-Signature-256: sha256=…` (GitHub),
 * `X-Hub-Signature: sha256=…` (Bitbucket) or `X-Gitea-Signature: …` (Gitea, Forgejo).
 * (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, read 2026-11.)
 *
 * Nothing in it says when it was made, so a request that somebody caught stays good. The same body within some time is a repetition
 * (verify.ts); a delivery id would not do, since it is not signed.
 */
import { isMac, macOf } from './mac.ts';
import type { Scheme } from './scheme.ts';

export const github: Scheme = (secret, { header, body }) => {
  // GitHub still sends SHA-1 under the older name, beside the newer one.
  const older = header('x-hub-signature');
  const hub = header('x-hub-signature-256') ?? (older?.startsWith('sha256=') ? older : undefined);
  const given = hub === undefined ? header('x-gitea-signature') : withoutAlgorithm(hub);
  if (given === undefined || given === '') return { ok: false, fault: 'missing' };
  const mac = macOf(secret, body);
  if (!isMac(given, 'hex', mac)) return { ok: false, fault: 'wrong' };
  return { ok: true, once: mac.toString('hex'), dated: false };
};

const withoutAlgorithm = (text: string): string => (text.startsWith('sha256=') ? text.slice(7) : '-');
