import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import { holderIs } from '../shared/access/holder.ts';
import type { OperatorRole } from '../shared/access/operator.ts';
import { authorOf, type Author } from '../shared/audit/event.ts';
import { problemResponse, readFacts, type RequestFacts } from '../shared/http.ts';
import { ok, type Problem, type Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { receiveFrom } from './receive.ts';
import { recognised, serve } from './serve.ts';

/** A request of an operator whose role will do. */
export interface Errand {
  readonly request: HttpRequest;
  readonly facts: RequestFacts;
  /** Who it is, in the words of the audit trail. */
  readonly author: Author;
  /** Nothing, unless the route has `body`. */
  readonly body: Uint8Array;
}

/** An answer, or a refusal. */
export type Answer = HttpResponseInit | { readonly ok: false; readonly problem: Problem };

/** Registers a function for operators, and for nobody else. @param about `role`: the least that will do. */
export function operate(
  name: string,
  about: {
    readonly methods: readonly HttpMethod[];
    readonly route: string;
    readonly role: OperatorRole;
    readonly body?: boolean;
  },
  handle: (errand: Errand) => Answer | Promise<Answer>,
): void {
  const { methods, route, role, body: hasBody = false } = about;
  const handled = async (errand: Errand): Promise<Result<HttpResponseInit>> => {
    const answer = await handle(errand);
    return 'ok' in answer ? answer : ok(answer);
  };

  const recognise = (facts: RequestFacts) => bridge.authorizeOperator(facts, role);

  serve(name, { methods, route: `operator/${route}` }, async (request) => {
    if (hasBody) {
      const answer = await receiveFrom(recognise, request, (who, facts, body) =>
        handled({ request, facts, author: authorOf(holderIs(who), facts.clientAddress), body }),
      );
      return answer.ok ? answer.value : problemResponse(answer.problem);
    }
    const facts = readFacts(request, bridge.config.frontEnd);
    const who = await recognise(facts);
    if (!who.ok) return problemResponse(who.problem);
    recognised(request, who.value);
    const author = authorOf(holderIs(who.value), facts.clientAddress);
    const answer = await handled({ request, facts, author, body: new Uint8Array() });
    return answer.ok ? answer.value : problemResponse(answer.problem);
  });
}
