import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, readFacts } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { refusalOf } from './refusal.ts';

/** `GET /emails/{id}`: the status of a message and everything that happened to it. */
async function getEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await bridge.authorize(readFacts(request, bridge.config.frontEnd), 'read');
  if (!caller.ok) return refusalOf(caller.problem);
  const status = await bridge.status(caller.value, request.params['id'] ?? '');
  return status.ok ? json(200, status.value) : refusalOf(status.problem);
}

app.http('emails-get', {
  methods: ['GET'],
  route: 'emails/{id}',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => getEmail(request), refusalOf),
});
