import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, problemResponse } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';

/** `POST /emails/batch`: accepts up to 100 messages, all or none. 202 only after they are durable. */
async function submitBatch(request: HttpRequest): Promise<HttpResponseInit> {
  if (request.query.has('dry_run')) {
    const detail = 'A dry run takes one message: use POST /emails?dry_run=true. Nothing was accepted.';
    return problemResponse(refuse('invalid-submission', detail).problem);
  }
  const accepted = await receive(request, 'submit', (...submission) => bridge.submitBatch(...submission));
  if (!accepted.ok) return problemResponse(accepted.problem);
  const data = accepted.value.map(({ id, estimatedAt }) => ({ id, estimated_at: estimatedAt.toISOString() }));
  const replayed = accepted.value.some((one) => one.replayed);
  return json(202, { object: 'list', data }, replayed ? { 'idempotency-replayed': 'true' } : {});
}

app.http('emails-batch', {
  methods: ['POST'],
  route: 'emails/batch',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => submitBatch(request)),
});
