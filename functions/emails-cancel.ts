import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { callerOf } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `POST /emails/{id}/cancel`: takes a message back that has not been sent. */
async function cancelEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'cancel');
  if (!caller.ok) return refusalOf(caller.problem);
  const id = request.params['id'] ?? '';
  const cancelled = await bridge.cancel(caller.value, id);
  return cancelled.ok ? json(200, { object: 'email', id }) : refusalOf(cancelled.problem);
}

serve('emails-cancel', { methods: ['POST'], route: 'emails/{id}/cancel', refusal: refusalOf }, cancelEmail);
