import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from '../shared/http.ts';
import { batchLimit } from '../shared/platform/id.ts';
import { ok, refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { receiveJson } from './dialect.ts';
import { receive } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `POST /emails/batch`: accepts up to 100 messages, all or none. 202 only after they are durable. */
async function submitBatch(request: HttpRequest): Promise<HttpResponseInit> {
  if (request.query.has('dry_run')) {
    const detail = 'A dry run takes one message: use POST /emails?dry_run=true. Nothing was accepted.';
    return refusalOf(refuse('invalid-submission', detail).problem);
  }
  if (request.headers.get('x-batch-validation')?.trim().toLowerCase() === 'permissive') {
    return await submitEach(request);
  }
  const accepted = await receive(request, 'submit', (...submission) => bridge.submitBatch(...submission));
  if (!accepted.ok) return refusalOf(accepted.problem);
  const data = accepted.value.map(({ id, estimatedAt }) => ({ id, estimated_at: estimatedAt.toISOString() }));
  const replayed = accepted.value.some((one) => one.replayed);
  return json(202, { object: 'list', data }, replayed ? { 'idempotency-replayed': 'true' } : {});
}

/** With `x-batch-validation: permissive`: accepts those messages that nothing speaks against, and lists the others in `errors`. */
async function submitEach(request: HttpRequest): Promise<HttpResponseInit> {
  const results = await receiveJson(request, async (document, { caller, facts, body }) => {
    if (!Array.isArray(document) || document.length === 0 || document.length > batchLimit) {
      return refuse('invalid-submission', `Send a list of 1 to ${batchLimit} messages.`);
    }
    const translated = document.map((one: unknown) => ok({ document: one, warnings: [] }));
    return await bridge.submitEach(caller, facts, body, translated);
  });
  if (!results.ok) return refusalOf(results.problem);
  const data = results.value.flatMap((one) =>
    one.ok ? [{ id: one.value.id, estimated_at: one.value.estimatedAt.toISOString() }] : [],
  );
  const errors = results.value.flatMap((one, index) =>
    one.ok ? [] : [{ index, message: one.problem.detail, code: one.problem.code }],
  );
  const replayed = results.value.some((one) => one.ok && one.value.replayed);
  return json(202, { object: 'list', data, errors }, replayed ? { 'idempotency-replayed': 'true' } : {});
}

serve('emails-batch', { methods: ['POST'], route: 'emails/batch', refusal: refusalOf }, submitBatch);
