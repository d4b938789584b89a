import type { HttpRequest } from '@azure/functions';
import type { Caller } from '../shared/access/authorize.ts';
import { checkLength, readBody, readFacts, releaseBody, type RequestFacts } from '../shared/http.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';

/**
 * What every submission has in common: who is asking, is the body of a size we take, read it, hand it on, and log a refusal.
 *
 * @throws RestError when storage cannot be reached; `answer` turns it into 503.
 */
export async function receive<T>(
  request: HttpRequest,
  submit: (caller: Caller, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { config, log } = bridge;
  const facts = readFacts(request, config.trustedProxies);
  const caller = await bridge.authorize(facts);
  if (!caller.ok) return caller;
  const length = checkLength(facts, config.maxBodyBytes);
  if (!length.ok) return length;
  const body = await readBody(request, config.maxBodyBytes);
  if (!body.ok) return body;
  const result = await submit(caller.value, facts, body.value);
  releaseBody(body.value);
  if (!result.ok) {
    const { submitter, keyId } = caller.value;
    log('info', 'submission.refused', {
      code: result.problem.code,
      submitter: submitter.name,
      ...(keyId ? { keyId } : {}),
    });
  }
  return result;
}
