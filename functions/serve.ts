/**
 * What all HTTP functions have in common, in the one place that registers them: who is asking, the body, refusals and their record in
 * the audit trail, security headers; and nothing that is thrown reaches the host, which would answer 500 with an empty body.
 */
import { app, type HttpMethod, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import type { Administrator, Caller } from '../shared/access/authorize.ts';
import { holderIs } from '../shared/access/holder.ts';
import type { OperatorRole } from '../shared/access/operator.ts';
import { authorOf, refusalOf, type Author } from '../shared/audit/event.ts';
import {
  checkLength,
  failureOf,
  problemResponse,
  readBody,
  readFacts,
  releaseBody,
  secured,
  type RequestFacts,
} from '../shared/http.ts';
import { ok, refusals, type Problem, type Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';

/** A request whose caller is known. */
export interface Visit<Who> {
  readonly request: HttpRequest;
  readonly facts: RequestFacts;
  readonly who: Who;
  /** The same in the words of the audit trail. */
  readonly author: Author;
  /** Nothing, unless the route has `body`. Its memory is given back after the visit. */
  readonly body: Uint8Array;
}

/** A refusal; `response` when it has been put into words already. */
export type Refused = { readonly ok: false; readonly problem: Problem; readonly response?: HttpResponseInit };

/** Says who is asking. */
export type Recognise<Who> = (facts: RequestFacts) => Promise<Result<Who>>;

/** A submitter. */
export const submitter: Recognise<Caller> = (facts) => bridge.authorize(facts);

/** An operator. @param needed the least role that will do. */
export const operator =
  (needed: OperatorRole): Recognise<Administrator> =>
  (facts) =>
    bridge.authorizeOperator(facts, needed);

/** Whoever comes. */
export const anyone: Recognise<undefined> = () => Promise.resolve(ok(undefined));

/** What is served. */
export interface Route<Who> {
  readonly methods: readonly HttpMethod[];
  /** Template of the path, without a slash at its start. */
  readonly route: string;
  readonly who: Recognise<Who>;
  /** Whether there is a body to read. */
  readonly body?: boolean;
  /** Puts refusals into words; as problem+json when left out. */
  readonly refusal?: (problem: Problem) => HttpResponseInit;
}

/** What is registered, for whoever must know which paths there are. */
export const served: Pick<Route<unknown>, 'methods' | 'route'>[] = [];

/** Registers an HTTP function. @param handle gives an answer or a refusal; what it throws becomes a 500, or 503 when storage fails. */
export function serve<Who extends Caller | Administrator | undefined>(
  name: string,
  route: Route<Who>,
  handle: (visit: Visit<Who>) => HttpResponseInit | Refused | Promise<HttpResponseInit | Refused>,
): void {
  const { refusal = problemResponse } = route;
  served.push(route);
  app.http(name, {
    methods: [...route.methods],
    route: route.route,
    authLevel: 'anonymous',
    async handler(request) {
      try {
        const facts = readFacts(request, bridge.config.trustedProxies);
        const who = await route.who(facts);
        const known = who.ok && who.value ? holderIs(who.value) : ({ kind: 'stranger' } as const);
        const author = authorOf(known, facts.clientAddress);
        const answer: HttpResponseInit | Refused = who.ok
          ? await received(route, handle, { request, facts, who: who.value, author })
          : who;
        if (!isRefused(answer)) return secured(answer);
        const { problem, response = refusal(problem) } = answer;
        await record(route, facts, author, problem);
        return secured(response);
      } catch (error) {
        return secured(refusal(failureOf(bridge.log, error)));
      }
    },
  });
}

/** Reads the body, if the route has one, and has the visit handled. */
async function received<Who>(
  { body: hasBody = false }: Route<Who>,
  handle: (visit: Visit<Who>) => HttpResponseInit | Refused | Promise<HttpResponseInit | Refused>,
  visit: Omit<Visit<Who>, 'body'>,
): Promise<HttpResponseInit | Refused> {
  if (!hasBody) return await handle({ ...visit, body: new Uint8Array() });
  const { maxBodyBytes } = bridge.config;
  const length = checkLength(visit.facts, maxBodyBytes);
  if (!length.ok) return length;
  const body = await readBody(visit.request, maxBodyBytes);
  if (!body.ok) return body;
  const answer = await handle({ ...visit, body: body.value });
  releaseBody(body.value);
  return answer;
}

/** Failures of our own are no refusals, and stand in the log. */
async function record(
  { route }: Pick<Route<unknown>, 'route'>,
  facts: RequestFacts,
  known: Author,
  problem: Problem,
): Promise<void> {
  if (refusals[problem.code].status >= 500) return;
  const actor = known.actor.kind === 'stranger' ? await bridge.holder(facts) : known.actor;
  const request = { method: facts.method, path: `/${route}` };
  await bridge.audit.refused(refusalOf(problem, { ...known, actor, ...request }));
}

const isRefused = (answer: HttpResponseInit | Refused): answer is Refused => 'ok' in answer;
