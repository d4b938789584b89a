import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';
import { refusalOf } from './refusal.ts';

/** `PATCH /emails/{id}`: has a message that waits sent at another time. */
async function rescheduleEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const id = request.params['id'] ?? '';
  const rescheduled = await receive(request, 'cancel', (caller, facts, body) =>
    bridge.reschedule(caller, id, facts, body),
  );
  return rescheduled.ok ? json(200, { object: 'email', id }) : refusalOf(rescheduled.problem);
}

app.http('emails-reschedule', {
  methods: ['PATCH'],
  route: 'emails/{id}',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => rescheduleEmail(request), refusalOf),
});
