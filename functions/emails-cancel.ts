import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, readFacts } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { refusalOf } from './refusal.ts';

/** `POST /emails/{id}/cancel`: takes a message back that has not been sent. */
async function cancelEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await bridge.authorize(readFacts(request, bridge.config.frontEnd), 'cancel');
  if (!caller.ok) return refusalOf(caller.problem);
  const id = request.params['id'] ?? '';
  const cancelled = await bridge.cancel(caller.value, id);
  return cancelled.ok ? json(200, { object: 'email', id }) : refusalOf(cancelled.problem);
}

app.http('emails-cancel', {
  methods: ['POST'],
  route: 'emails/{id}/cancel',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => cancelEmail(request), refusalOf),
});
