import type { HttpRequest } from '@azure/functions';
import type { Administrator, Caller } from '../shared/access/authorize.ts';
import type { KeyScope } from '../shared/access/stored-key.ts';
import { checkLength, readBody, readFacts, releaseBody, type RequestFacts } from '../shared/http.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { recognised } from './serve.ts';

/** Who submits. @param needed scope that a key must have. */
export async function callerOf(request: HttpRequest, needed: KeyScope): Promise<Result<Caller>> {
  const caller = await bridge.authorize(readFacts(request, bridge.config.frontEnd), needed);
  if (caller.ok) recognised(request, caller.value);
  return caller;
}

/**
 * What every request with a body has in common: who is asking, is the body of a size we take, read it, hand it on.
 *
 * @param signable whether a signature may stand in for a key.
 * @throws RestError when storage cannot be reached; `serve` turns it into 503.
 */
export async function receiveFrom<C extends Caller | Administrator, T>(
  recognise: (facts: RequestFacts, body?: Uint8Array) => Promise<Result<C>>,
  request: HttpRequest,
  act: (caller: C, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
  signable = false,
): Promise<Result<T>> {
  const { frontEnd, maxBodyBytes } = bridge.config;
  const facts = readFacts(request, frontEnd);
  // A signature covers the body, which must be there to check it.
  const known = signable && (await bridge.awaitsBody(facts)) ? undefined : await recognise(facts);
  if (known && !known.ok) return known;
  if (known) recognised(request, known.value);
  const length = checkLength(facts, maxBodyBytes);
  if (!length.ok) return length;
  const body = await readBody(request, maxBodyBytes);
  if (!body.ok) return body;
  const caller = known ?? (await recognise(facts, body.value));
  if (!caller.ok) return caller;
  if (!known) recognised(request, caller.value);
  const result = await act(caller.value, facts, body.value);
  releaseBody(body.value);
  return result;
}

/** The same for a submitter. @param needed scope that a key must have. */
export const receive = <T>(
  request: HttpRequest,
  needed: KeyScope,
  submit: (caller: Caller, facts: RequestFacts, body: Uint8Array) => Promise<Result<T>>,
): Promise<Result<T>> =>
  receiveFrom((facts, body) => bridge.authorize(facts, needed, body), request, submit, true);
