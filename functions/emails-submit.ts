import type { HttpResponseInit } from '@azure/functions';
import type { Caller } from '../shared/access/authorize.ts';
import { json } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { serve, submitter, type Refused, type Visit } from './serve.ts';

/** `POST /emails`: accepts a message. 202 only after it is durable. With `?dry_run=true`: says what it would do, 200. */
async function submitEmail(visit: Visit<Caller>): Promise<HttpResponseInit | Refused> {
  const { request, who, facts, body } = visit;
  const dry = request.query.get('dry_run') ?? 'false';
  if (dry === 'true') {
    const view = await bridge.dryRun(who, facts, body);
    return view.ok ? json(200, view.value) : view;
  }
  // Somebody who asks for a dry run in other words must not find the mail sent.
  if (dry !== 'false') {
    return refuse('invalid-submission', '"dry_run" is "true" or "false". Nothing was accepted.');
  }
  const accepted = await bridge.submit(who, facts, body);
  if (!accepted.ok) return accepted;
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

serve('emails-submit', { methods: ['POST'], route: 'emails', who: submitter, body: true }, submitEmail);
