import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `PATCH /emails/{id}`: has a message that waits sent at another time. */
async function rescheduleEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const id = request.params['id'] ?? '';
  const rescheduled = await receive(request, 'cancel', (caller, facts, body) =>
    bridge.reschedule(caller, id, facts, body),
  );
  return rescheduled.ok ? json(200, { object: 'email', id }) : refusalOf(rescheduled.problem);
}

serve('emails-reschedule', { methods: ['PATCH'], route: 'emails/{id}', refusal: refusalOf }, rescheduleEmail);
