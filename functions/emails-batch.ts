import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readResend, speaksResend, type ResendMessage } from '../shared/dialects/resend.ts';
import { json, type RequestFacts } from '../shared/http.ts';
import { warningHeaders, type Warning } from '../shared/message/warning.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { batchLimit } from '../shared/platform/id.ts';
import { ok, refuse } from '../shared/platform/problem.ts';
import { batchJsonLimits, readDocument } from '../shared/submission/parse.ts';
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
  const accepted = await receive(request, 'submit', async (caller, facts, body) => {
    const read = speaksResend(body) ? readAll(facts, body) : undefined;
    const taken = await bridge.submitBatch(caller, facts, body, read);
    return taken.ok ? ok({ messages: taken.value, warnings: warningsOf(read) }) : taken;
  });
  if (!accepted.ok) return refusalOf(accepted.problem);
  const { messages, warnings } = accepted.value;
  const data = messages.map(({ id, estimatedAt }) => ({ id, estimated_at: estimatedAt.toISOString() }));
  const replayed = messages.some((one) => one.replayed);
  return json(202, { object: 'list', data }, headersOf(replayed, warnings));
}

/** With `x-batch-validation: permissive`: accepts those messages that nothing speaks against, and lists the others in `errors`. */
async function submitEach(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    if (!isBatch(document)) {
      return refuse('invalid-submission', `Send a list of 1 to ${batchLimit} messages.`);
    }
    const now = systemClock.now();
    const read = document.map((one) => readResend(one, now));
    const results = await bridge.submitEach(caller, facts, body, read.map(ok));
    return results.ok ? ok({ results: results.value, warnings: warningsOf(read) }) : results;
  });
  if (!answered.ok) return refusalOf(answered.problem);
  const { results, warnings } = answered.value;
  const data = results.flatMap((one) =>
    one.ok ? [{ id: one.value.id, estimated_at: one.value.estimatedAt.toISOString() }] : [],
  );
  const errors = results.flatMap((one, index) =>
    one.ok ? [] : [{ index, message: one.problem.detail, code: one.problem.code }],
  );
  const replayed = results.some((one) => one.ok && one.value.replayed);
  return json(202, { object: 'list', data, errors }, headersOf(replayed, warnings));
}

/** The messages, with what only Resend has words for; undefined when it is no batch, which is said where all bodies are read. */
function readAll({ header }: RequestFacts, body: Uint8Array): readonly ResendMessage[] | undefined {
  const document = readDocument(body, header('content-type'), batchJsonLimits);
  if (!document.ok || !isBatch(document.value)) return undefined;
  const now = systemClock.now();
  return document.value.map((one) => readResend(one, now));
}

const isBatch = (document: unknown): document is readonly unknown[] =>
  Array.isArray(document) && document.length > 0 && document.length <= batchLimit;

const warningsOf = (read: readonly ResendMessage[] = []): readonly Warning[] =>
  read.flatMap(({ warnings }) => warnings);

const headersOf = (replayed: boolean, warnings: readonly Warning[]): Record<string, string> => ({
  ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
  ...warningHeaders(warnings),
});

serve('emails-batch', { methods: ['POST'], route: 'emails/batch', refusal: refusalOf }, submitBatch);
