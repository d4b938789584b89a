/**
 * Whether the body of a request to a hook is signed as the hook says.
 */
import { createHash } from 'node:crypto';
import { ok, refuse, type Result } from '../../platform/problem.ts';
import type { Secret } from '../../platform/secret.ts';
import type { Hook, SignatureScheme } from '../hook.ts';
import { github } from './github.ts';
import { grafana } from './grafana.ts';
import { pagerduty } from './pagerduty.ts';
import type { Scheme, SignedRequest } from './scheme.ts';
import { standardWebhooks } from './standard-webhooks.ts';

const schemes: { readonly [Name in SignatureScheme]: Scheme } = {
  'standard-webhooks': standardWebhooks,
  github,
  grafana,
  pagerduty,
};

/** A body whose signature was right. */
export interface SignedBody {
  /**
   * The same for the same request sent again, and for no other: an idempotency key, under which a replay is a repetition and sends
   * nothing. It stands in for what headers say of a repetition, since they are not signed.
   */
  readonly deliveryKey: string;
  /** For how many seconds. */
  readonly remembered: number;
}

const [hour, day] = [3600, 86_400];

/**
 * Seconds for which the same body is a repetition where no time is signed and the hook says nothing. An hour, since scripts sign like
 * GitHub and say the same words again when the same goes wrong again, as Grafana's reminders do; events of PagerDuty have ids.
 */
const replayWindows: { readonly [Name in SignatureScheme]: number } = {
  'standard-webhooks': day,
  github: hour,
  grafana: hour,
  pagerduty: day,
};

/** What a refusal says, by the fault. */
const faults = {
  missing: 'The request carries no signature of the kind that this hook asks for.',
  stale: 'The signature is more than five minutes old, or from the future. Check the clock of the sender.',
  wrong:
    'The signature does not fit the body. Check the secret, and that nothing on the way rewrites the body.',
} as const;

/**
 * Checks the signature.
 *
 * A secret is changed without a gap by the setting `POSTRIDER_SECRET_<NAME>_NEXT`: both are good while both are there.
 *
 * @param secrets by the name behind `POSTRIDER_SECRET_`.
 */
export function checkSignature(
  { name, signature }: Hook,
  secrets: ReadonlyMap<string, Secret>,
  request: SignedRequest,
  now: Date,
): Result<SignedBody> {
  const known = signature
    ? [signature.secret, `${signature.secret}_NEXT`].flatMap((secret) => secrets.get(secret) ?? [])
    : [];
  if (!signature || known.length === 0) {
    return refuse(
      'invalid-signature',
      'The secret of this hook is not set up. Ask the administrator of this bridge.',
    );
  }
  const verdicts = known.map((secret) => schemes[signature.scheme](secret.reveal(), request, now));
  const right = verdicts.find((verdict) => verdict.ok);
  // The id of a sender may be any text, and the same one for all of its receivers.
  if (right?.ok) {
    const { scheme, replayWindow = replayWindows[scheme] } = signature;
    return ok({
      deliveryKey: `signed-${digest(name, right.once)}`,
      remembered: right.dated ? day : replayWindow,
    });
  }
  const stale = verdicts.some((verdict) => !verdict.ok && verdict.fault === 'stale');
  const [first] = verdicts;
  return refuse('invalid-signature', faults[stale ? 'stale' : first && !first.ok ? first.fault : 'wrong']);
}

const digest = (hook: string, once: string): string =>
  createHash('sha256').update(`${hook} ${once}`).digest('hex');
