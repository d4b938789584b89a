import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, problemResponse } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';

/** `POST /emails`: accepts a message. 202 only after it is durable. */
async function submitEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const accepted = await receive(request, (...submission) => bridge.submit(...submission));
  if (!accepted.ok) return problemResponse(accepted.problem);
  const { id, acceptedAt, estimatedAt, status, replayed } = accepted.value;
  return json(
    202,
    {
      object: 'email',
      id,
      status,
      created_at: acceptedAt.toISOString(),
      estimated_at: estimatedAt.toISOString(),
    },
    {
      location: `/emails/${id}`,
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      ...(status === 'accepted' ? {} : { 'preference-applied': 'wait' }),
    },
  );
}

app.http('emails-submit', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => submitEmail(request)),
});
