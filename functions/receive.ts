import type { HttpRequest } from '@azure/functions';
import type { Caller } from '../shared/access/authorize.ts';
import { isSigned } from '../shared/access/signature/by-signature.ts';
import type { KeyScope } from '../shared/access/stored-key.ts';
import { checkLength, readBody, readFacts, releaseBody, type RequestFacts } from '../shared/http.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';

/**
 * What every request with a body has in common: who is asking, is the body of a size we take, read it, hand it on.
 *
 * @throws RestError when storage cannot be reached; `answer` turns it into 503.
 */
export async function receiveFrom<C, T>(
  recognise: (facts: RequestFacts, body?: Uint8Array) => Promise<Result<C>>,
  request: HttpRequest,
  act: (caller: C, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { frontEnd, maxBodyBytes } = bridge.config;
  const facts = readFacts(request, frontEnd);
  // A signature covers the body, which must be there to check it.
  const known = isSigned(facts.header) ? undefined : await recognise(facts);
  if (known && !known.ok) return known;
  const length = checkLength(facts, maxBodyBytes);
  if (!length.ok) return length;
  const body = await readBody(request, maxBodyBytes);
  if (!body.ok) return body;
  const caller = known ?? (await recognise(facts, body.value));
  if (!caller.ok) return caller;
  const result = await act(caller.value, facts, body.value);
  releaseBody(body.value);
  return result;
}

/** The same for a submitter; a refusal is logged. @param needed scope that a key must have. */
export const receive = <T>(
  request: HttpRequest,
  needed: KeyScope,
  submit: (caller: Caller, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> =>
  receiveFrom(
    (facts, body) => bridge.authorize(facts, needed, body),
    request,
    async (caller, facts, body) => {
      const result = await submit(caller, facts, body);
      if (!result.ok) {
        const { submitter, keyId, device } = caller;
        bridge.log('info', 'submission.refused', {
          code: result.problem.code,
          submitter: submitter.name,
          ...(keyId ? { keyId } : {}),
          ...(device === undefined ? {} : { device }),
        });
      }
      return result;
    },
  );
