/**
 * Whom a signature speaks for. The secrets must be recoverable, so they stand in the settings; the register names them.
 */
import { ok, refuse, type Result } from '../../platform/problem.ts';
import type { Secret } from '../../platform/secret.ts';
import { apiKeyId } from '../api-key.ts';
import { admit, ambiguous, inUrl, type Caller, type Credentials } from '../authorize.ts';
import { readCarriers, type CarrierFacts } from '../carriers.ts';
import type { AccessRegister } from '../register.ts';
import type { SigningKey, Submitter } from '../submitter.ts';
import { acsSignature, verifyAcs } from './acs.ts';
import type { SignatureVerdict, SignedRequest } from './signed-request.ts';
import { readSigv4, verifySigv4 } from './sigv4.ts';

/** Whether a request shows a signature in the place of a key. */
export const isSigned = (header: SignedRequest['header']): boolean =>
  /^(?:HMAC-SHA256|AWS4-HMAC-SHA256)\s/i.test(header('authorization') ?? '');

/** Whether a request shows a signature that somebody may have made: nobody else has a body read for it. */
export const isExpected = ({ entries }: AccessRegister, header: SignedRequest['header']): boolean =>
  candidates(entries.submitters, header).length > 0;

/**
 * Recognises the submitter that signed a request.
 *
 * A client of ACS names no key, so every key of that scheme is tried; there are few.
 *
 * @returns the caller, `invalid-signature`, what `admit` refuses, or that there is a key as well.
 */
export function bySignature(
  register: AccessRegister,
  secrets: ReadonlyMap<string, Secret>,
  request: SignedRequest & CarrierFacts & Pick<Credentials, 'clientAddress'>,
  now: Date,
): Result<Caller> {
  const beside = readCarriers(request);
  if (beside.kind === 'in-url') return inUrl();
  if (beside.kind === 'ambiguous' || (beside.kind === 'key' && apiKeyId(beside.text) !== undefined)) {
    return ambiguous();
  }
  let stale = false;
  for (const { submitter, key } of candidates(register.entries.submitters, request.header)) {
    const secret = secrets.get(key.secret);
    const verdict = secret ? verify[key.scheme](request, secret, now) : 'wrong';
    if (verdict === 'right') {
      const admitted = admit(submitter, request.clientAddress, now);
      return admitted.ok ? ok({ submitter }) : admitted;
    }
    stale ||= verdict === 'stale';
  }
  return refuse(
    'invalid-signature',
    stale
      ? 'The request was signed too long ago or ahead of time. Set the clock of the sender.'
      : 'No signing key of a submitter makes this signature. Check the key, and that the client calls this host by the name that it signs.',
  );
}

const verify: Readonly<
  Record<SigningKey['scheme'], (request: SignedRequest, secret: Secret, now: Date) => SignatureVerdict>
> = { acs: verifyAcs, sigv4: verifySigv4 };

function candidates(
  submitters: readonly Submitter[],
  header: SignedRequest['header'],
): readonly { readonly submitter: Submitter; readonly key: SigningKey }[] {
  const accessKeyId = readSigv4(header)?.accessKeyId;
  const isAcs = acsSignature(header) !== undefined;
  return submitters.flatMap((submitter) =>
    (submitter.signingKeys ?? [])
      .filter(({ scheme, id }) => (scheme === 'acs' ? isAcs : id === accessKeyId))
      .map((key) => ({ submitter, key })),
  );
}
