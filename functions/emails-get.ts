import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { callerOf } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `GET /emails/{id}`: the status of a message and everything that happened to it. */
async function getEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'read');
  if (!caller.ok) return refusalOf(caller.problem);
  const status = await bridge.status(caller.value, request.params['id'] ?? '');
  return status.ok ? json(200, status.value) : refusalOf(status.problem);
}

serve('emails-get', { methods: ['GET'], route: 'emails/{id}', refusal: refusalOf }, getEmail);
