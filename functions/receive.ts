import type { HttpRequest } from '@azure/functions';
import type { Caller } from '../shared/access/authorize.ts';
import { checkLength, readBody, readFacts, releaseBody, type RequestFacts } from '../shared/http.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';

/**
 * What every request with a body has in common: who is asking, is the body of a size we take, read it, hand it on.
 *
 * @throws RestError when storage cannot be reached; `answer` turns it into 503.
 */
export async function receiveFrom<C, T>(
  recognise: (facts: RequestFacts) => Promise<Result<C>>,
  request: HttpRequest,
  act: (caller: C, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { trustedProxies, maxBodyBytes } = bridge.config;
  const facts = readFacts(request, trustedProxies);
  const caller = await recognise(facts);
  if (!caller.ok) return caller;
  const length = checkLength(facts, maxBodyBytes);
  if (!length.ok) return length;
  const body = await readBody(request, maxBodyBytes);
  if (!body.ok) return body;
  const result = await act(caller.value, facts, body.value);
  releaseBody(body.value);
  return result;
}

/** The same for a submitter; a refusal is logged. */
export const receive = <T>(
  request: HttpRequest,
  submit: (caller: Caller, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> =>
  receiveFrom(
    (facts) => bridge.authorize(facts),
    request,
    async (caller, facts, body) => {
      const result = await submit(caller, facts, body);
      if (!result.ok) {
        const { submitter, keyId } = caller;
        bridge.log('info', 'submission.refused', {
          code: result.problem.code,
          submitter: submitter.name,
          ...(keyId ? { keyId } : {}),
        });
      }
      return result;
    },
  );
