import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, problemResponse } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';

/** `PATCH /emails/{id}`: has a message that waits sent at another time. */
async function rescheduleEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const id = request.params['id'] ?? '';
  const rescheduled = await receive(request, 'cancel', (caller, facts, body) =>
    bridge.reschedule(caller, id, facts, body),
  );
  return rescheduled.ok ? json(200, { object: 'email', id }) : problemResponse(rescheduled.problem);
}

app.http('emails-reschedule', {
  methods: ['PATCH'],
  route: 'emails/{id}',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => rescheduleEmail(request)),
});
