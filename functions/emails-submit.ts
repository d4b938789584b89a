import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json, type RequestFacts } from '../shared/http.ts';
import type { Bridge } from '../shared/bridge.ts';
import { splitMailboxes } from '../shared/dialects/mailboxes.ts';
import { isMime, readMime } from '../shared/dialects/mime.ts';
import { readResend, speaksResend } from '../shared/dialects/resend.ts';
import { warningHeaders, type Warning } from '../shared/message/warning.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { ok, refuse, type Result } from '../shared/platform/problem.ts';
import { readDocument } from '../shared/submission/parse.ts';
import type { Translated } from '../shared/submission/translated.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `POST /emails`: accepts a message. 202 only after it is durable. With `?dry_run=true`: says what it would do, 200. */
async function submitEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const dry = request.query.get('dry_run') ?? 'false';
  if (dry === 'true') return await dryRunEmail(request);
  // Somebody who asks for a dry run in other words must not find the mail sent.
  if (dry !== 'false') {
    return refusalOf(
      refuse('invalid-submission', '"dry_run" is "true" or "false". Nothing was accepted.').problem,
    );
  }
  const accepted = await receiveMessage(request, (...message) => bridge.submit(...message));
  if (!accepted.ok) return refusalOf(accepted.problem);
  const { result, warnings } = accepted.value;
  const { id, acceptedAt, estimatedAt, status, replayed } = result;
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
      ...warningHeaders(warnings),
      ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      ...(status === 'accepted' ? {} : { 'preference-applied': 'wait' }),
    },
  );
}

async function dryRunEmail(request: HttpRequest): Promise<HttpResponseInit> {
  const view = await receiveMessage(request, (...message) => bridge.dryRun(...message));
  if (!view.ok) return refusalOf(view.problem);
  return json(200, view.value.result, warningHeaders(view.value.warnings));
}

type Take<T> = (...submission: Parameters<Bridge['submit']>) => Promise<Result<T>>;

/** A message in JSON goes on as it is, but for words that only Resend has; one in MIME is read first. */
const receiveMessage = <T>(
  request: HttpRequest,
  take: Take<T>,
): Promise<Result<{ result: T; warnings: readonly Warning[] }>> =>
  receive(request, 'submit', async (caller, facts, body) => {
    let translated: Translated | undefined;
    if (isMime(facts.header('content-type'))) {
      const read = await readPlainMime(facts, body);
      if (!read.ok) return read;
      translated = bridge.carried(caller, read.value);
    } else if (speaksResend(body)) {
      const document = readDocument(body, facts.header('content-type'));
      // What cannot be read is refused where all bodies are.
      if (document.ok) translated = readResend(document.value, systemClock.now());
    }
    const result = await take(caller, facts, body, translated);
    return result.ok ? ok({ result: result.value, warnings: translated?.warnings ?? [] }) : result;
  });

/** `X-Postrider-To` names the recipients of the envelope, where they are others than the message's. */
async function readPlainMime(facts: RequestFacts, body: Uint8Array): ReturnType<typeof readMime> {
  if (body.length === 0) return refuse('empty-body', 'The body is empty; send a whole message.');
  const envelope = facts.header('x-postrider-to');
  return await readMime(body, { recipients: envelope === undefined ? undefined : splitMailboxes(envelope) });
}

serve('emails-submit', { methods: ['POST'], route: 'emails', refusal: refusalOf }, submitEmail);
