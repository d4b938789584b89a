import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import {
  answer,
  checkLength,
  json,
  problemResponse,
  readBody,
  readFacts,
  releaseBody,
} from '../shared/http.ts';
import { bridge } from './bridge.ts';

/** `POST /emails`: accepts a message. 202 only after it is durable. */
async function submitEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const { config, log } = bridge;
  const facts = readFacts(request, config.trustedProxies);
  const caller = await bridge.authorize(facts);
  if (!caller.ok) return problemResponse(caller.problem);
  const length = checkLength(facts, config.maxBodyBytes);
  if (!length.ok) return problemResponse(length.problem);
  const body = await readBody(request, config.maxBodyBytes);
  if (!body.ok) return problemResponse(body.problem);
  const accepted = await bridge.submit(caller.value, facts, body.value);
  releaseBody(body.value);
  if (!accepted.ok) {
    const { submitter, keyId } = caller.value;
    log('info', 'submission.refused', {
      code: accepted.problem.code,
      submitter: submitter.name,
      ...(keyId ? { keyId } : {}),
    });
    return problemResponse(accepted.problem);
  }
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
