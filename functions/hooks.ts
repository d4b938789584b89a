import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { checkLength, json, problemResponse, readBody, readFacts } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { recognised, serve } from './serve.ts';

/** `/hooks/{hook}`, and whatever stands behind it: what a tool or a device says, as a mail. */
async function hook(request: HttpRequest): Promise<HttpResponseInit> {
  const facts = readFacts(request, bridge.config.frontEnd);
  const visit = await bridge.authorizeHook(facts, request.params['hook'] ?? '');
  if (!visit.ok) return problemResponse(visit.problem);
  recognised(request, visit.value.caller);
  if (facts.method === 'GET' && !visit.value.hook.allowGet) {
    const detail =
      'This hook takes no GET, since whoever follows links would set it off. The administrator can allow it (allow_get).';
    return problemResponse(refuse('method-not-allowed', detail).problem, { allow: 'POST, PUT' });
  }
  const { maxBodyBytes } = bridge.config;
  // A GET may come without a length, and so may a POST that says everything in its query.
  const bare = ['GET', 'OPTIONS'].includes(facts.method) || request.body === null;
  const length = checkLength(facts, maxBodyBytes);
  if (!length.ok && !bare) return problemResponse(length.problem);
  const body = await readBody(request, maxBodyBytes);
  if (!body.ok) return problemResponse(body.problem);
  const signed = await bridge.signed(facts, visit.value, body.value);
  if (!signed.ok) return problemResponse(signed.problem);
  const outcome = await bridge.submitHook(visit.value, facts, body.value, signed.value);
  if (!outcome.ok) return problemResponse(outcome.problem);
  if (outcome.value.kind === 'answered') {
    const { status, headers, body: text } = outcome.value.answer;
    return { status, headers: { 'cache-control': 'no-store', ...headers }, body: text };
  }
  // It is kept, and will be part of a mail that has no id yet.
  if (outcome.value.kind === 'held') return json(200, { object: 'alert', status: 'held' });
  const { id, status, replayed } = outcome.value.accepted;
  // 200 and no 202: many a sender takes nothing else for a success.
  return json(200, { object: 'email', id, status }, replayed ? { 'idempotency-replayed': 'true' } : {});
}

serve('hooks', { methods: ['GET', 'POST', 'PUT', 'OPTIONS'], route: 'hooks/{hook}/{*path}' }, hook);
