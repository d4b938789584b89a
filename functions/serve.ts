/**
 * Where all HTTP functions are registered: here refusals get into the audit trail, answers get their security headers, and nothing
 * that is thrown reaches the host, which would answer 500 with an empty body. No function can forget it.
 */
import { app, type HttpMethod, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import type { Administrator, Caller } from '../shared/access/authorize.ts';
import { holderIs, type Holder } from '../shared/access/holder.ts';
import { authorOf, refusalOf } from '../shared/audit/event.ts';
import { failureOf, problemResponse, readFacts, secured, type RefusalResponse } from '../shared/http.ts';
import { type Problem } from '../shared/platform/problem.ts';
import { refusals, type Refusal } from '../shared/platform/refusals.ts';
import { bridge } from './bridge.ts';

/** What is served. */
export interface Route {
  readonly methods: readonly HttpMethod[];
  /** Template of the path, without a slash at its start. */
  readonly route: string;
  /** Puts failures into words that the caller understands; as problem+json when left out. */
  readonly refusal?: (problem: Problem) => RefusalResponse;
}

/** What is registered, for whoever must know which paths there are. */
export const served: Route[] = [];

const callers = new WeakMap<HttpRequest, Holder>();

/** What is left of their limits is told with every answer. */
const limited = new WeakMap<HttpRequest, Caller>();

/** Remembers whose request it is, for the audit trail. */
export function recognised(request: HttpRequest, caller: Caller | Administrator): void {
  callers.set(request, holderIs(caller));
  if ('submitter' in caller) limited.set(request, caller);
}

/** Registers an HTTP function. */
export function serve(
  name: string,
  route: Route,
  handle: (request: HttpRequest) => HttpResponseInit | Promise<HttpResponseInit>,
): void {
  const { refusal = problemResponse } = route;
  served.push(route);
  app.http(name, {
    methods: [...route.methods],
    route: route.route,
    authLevel: 'anonymous',
    async handler(request) {
      try {
        const response = await handle(request);
        if (isRefusal(response)) await record(request, route, response.problem);
        return secured(response, limitsOf(request));
      } catch (error) {
        return secured(refusal(failureOf(bridge.log, error)));
      }
    },
  });
}

/** What is left of the caller's limits. */
function limitsOf(request: HttpRequest): Record<string, string> {
  const caller = limited.get(request);
  return caller ? bridge.rateLimit(caller) : {};
}

const isRefusal = (response: HttpResponseInit): response is RefusalResponse => 'problem' in response;

/** A failure is no refusal, and stands in the log; what was thrown stands there already. */
async function record(request: HttpRequest, { route }: Route, problem: Problem): Promise<void> {
  const { code } = problem;
  const { failure }: Refusal = refusals[code];
  const facts = readFacts(request, bridge.config.frontEnd);
  const where = { method: facts.method, path: `/${route}` };
  if (failure) {
    bridge.log('error', 'request.failed', { code, ...where });
    return;
  }
  const author = authorOf(callers.get(request) ?? (await bridge.holder(facts)), facts.clientAddress);
  await bridge.audit.refused(refusalOf(problem, { ...author, ...where }));
  if (code === 'too-many-failures') await bridge.slowDown();
}
