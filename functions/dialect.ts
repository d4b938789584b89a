/**
 * What the routes of all dialects have in common: the body as JSON, and answers in the vendor's words.
 */
import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Caller } from '../shared/access/authorize.ts';
import type { ForeignAnswer } from '../shared/dialects/translation.ts';
import { refusalHeaders, type RefusalResponse, type RequestFacts } from '../shared/http.ts';
import { warningHeaders, type Warning } from '../shared/message/warning.ts';
import type { Problem, Result } from '../shared/platform/problem.ts';
import { callKey } from '../shared/submission/client-call.ts';
import { batchJsonLimits, readDocument } from '../shared/submission/parse.ts';
import { receive } from './receive.ts';
import { serve } from './serve.ts';

/** A request whose caller is known and whose body is read. */
export interface Received {
  readonly caller: Caller;
  readonly facts: RequestFacts;
  readonly body: Uint8Array;
}

/** Says a refusal in a vendor's words. */
export type Refusal = (problem: Problem) => ForeignAnswer;

/** Registers the route of a dialect. */
export function dialect(
  name: string,
  { method = 'POST', route, refusal }: { method?: HttpMethod; route: string; refusal: Refusal },
  handler: (request: HttpRequest) => Promise<HttpResponseInit>,
): void {
  serve(name, { methods: [method], route, refusal: refused(refusal) }, handler);
}

/** As `receive`, with the body read as JSON. */
export const receiveJson = <T>(
  request: HttpRequest,
  submit: (document: unknown, received: Received) => Promise<Result<T>>,
): Promise<Result<T>> =>
  receive(request, 'submit', async (caller, facts, body) => {
    const type = facts.header('content-type');
    const document = readDocument(body, type, batchJsonLimits);
    return document.ok ? await submit(document.value, { caller, facts, body }) : document;
  });

/** A request with another idempotency key than it has, if that is one. */
export const withKey = (facts: RequestFacts, key: string | undefined): RequestFacts =>
  key === undefined
    ? facts
    : { ...facts, header: (name) => (name === 'idempotency-key' ? key : facts.header(name)) };

/** A request of a client that repeats by itself: however often it asks, it is one call. */
export const oneCall = (facts: RequestFacts, body: Uint8Array): RequestFacts =>
  withKey(facts, callKey(facts.header, body));

/** An answer as HTTP. */
export function said(
  { status, headers, body }: ForeignAnswer,
  warnings: readonly Warning[] = [],
): HttpResponseInit {
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...warningHeaders(warnings),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** A refusal as HTTP. */
export const refused =
  (refusal: Refusal) =>
  (problem: Problem): RefusalResponse => {
    const { headers, ...rest } = refusal(problem);
    return { ...said({ ...rest, headers: { ...refusalHeaders(problem), ...headers } }), problem };
  };
