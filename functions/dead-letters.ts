import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, problemResponse, readFacts } from '../shared/http.ts';
import type { Verb } from '../shared/operator/dead-letters.ts';
import type { OperatorRole } from '../shared/access/operator.ts';
import { bridge } from './bridge.ts';
import { receiveFrom } from './receive.ts';

const callerOf = (request: HttpRequest, needed: OperatorRole) =>
  bridge.authorizeOperator(readFacts(request, bridge.config.frontEnd), needed);

/** `GET /dead-letters`: the messages of all submitters that wait for a person. */
async function list(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'viewer');
  if (!caller.ok) return problemResponse(caller.problem);
  const page = await bridge.deadLetters.list(new URL(request.url).searchParams);
  if (!page.ok) return problemResponse(page.problem);
  const { data, next } = page.value;
  // RFC 8288
  const link = next && { link: `</dead-letters?${next.toString()}>; rel="next"` };
  return json(200, { object: 'list', data, has_more: next !== undefined }, { ...link });
}

/** `GET /dead-letters/{id}`: one of them, with its timeline and its message. */
async function show(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'operator');
  if (!caller.ok) return problemResponse(caller.problem);
  const letter = await bridge.deadLetters.show(caller.value, request.params['id'] ?? '');
  return letter.ok ? json(200, letter.value) : problemResponse(letter.problem);
}

/** `POST /dead-letters/{id}/replay` and `/discard`: one of them. */
async function decide(request: HttpRequest, verb: Verb): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'operator');
  if (!caller.ok) return problemResponse(caller.problem);
  const id = request.params['id'] ?? '';
  const decided = await bridge.deadLetters.decide(caller.value, verb, id);
  return decided.ok ? json(200, { object: 'dead_letter', id }) : problemResponse(decided.problem);
}

/** `POST /dead-letters/replay` and `/discard`: all that the filter in the body leaves. */
async function decideAll(request: HttpRequest, verb: Verb): Promise<HttpResponseInit> {
  const counts = await receiveFrom(
    (facts) => bridge.authorizeOperator(facts, 'operator'),
    request,
    (caller, _, body) => bridge.deadLetters.decideAll(caller, verb, body),
  );
  return counts.ok ? json(200, { object: 'dead_letters', ...counts.value }) : problemResponse(counts.problem);
}

const authLevel = 'anonymous';

app.http('dead-letters-list', {
  methods: ['GET'],
  route: 'dead-letters',
  authLevel,
  handler: (request) => answer(bridge.log, () => list(request)),
});

app.http('dead-letters-get', {
  methods: ['GET'],
  route: 'dead-letters/{id}',
  authLevel,
  handler: (request) => answer(bridge.log, () => show(request)),
});

for (const verb of ['replay', 'discard'] as const) {
  app.http(`dead-letters-${verb}`, {
    methods: ['POST'],
    route: `dead-letters/{id}/${verb}`,
    authLevel,
    handler: (request) => answer(bridge.log, () => decide(request, verb)),
  });
  app.http(`dead-letters-${verb}-all`, {
    methods: ['POST'],
    route: `dead-letters/${verb}`,
    authLevel,
    handler: (request) => answer(bridge.log, () => decideAll(request, verb)),
  });
}
