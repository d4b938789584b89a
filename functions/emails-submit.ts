import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { answer, json, problemResponse } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';

/** `POST /emails`: accepts a message. 202 only after it is durable. With `?dry_run=true`: says what it would do, 200. */
async function submitEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const dry = request.query.get('dry_run') ?? 'false';
  if (dry === 'true') return await dryRunEmail(request);
  // Somebody who asks for a dry run in other words must not find the mail sent.
  if (dry !== 'false') {
    return problemResponse(
      refuse('invalid-submission', '"dry_run" is "true" or "false". Nothing was accepted.').problem,
    );
  }
  const accepted = await receive(request, 'submit', (...submission) => bridge.submit(...submission));
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

async function dryRunEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const view = await receive(request, 'submit', (...submission) => bridge.dryRun(...submission));
  return view.ok ? json(200, view.value) : problemResponse(view.problem);
}

app.http('emails-submit', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: (request) => answer(bridge.log, () => submitEmail(request)),
});
