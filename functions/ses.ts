import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readSes, sesAccepted, sesRefusal } from '../shared/dialects/ses.ts';
import { ok } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { dialect, receiveJson, refused, said } from './dialect.ts';

/** `POST /v2/email/outbound-emails`: as Amazon SES takes it. */
async function send(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = await readSes(document);
    if (!read.ok) return read;
    const accepted = await bridge.submit(caller, facts, body, read.value);
    return accepted.ok ? ok({ id: accepted.value.id, warnings: read.value.warnings }) : accepted;
  });
  if (!answered.ok) return refused(sesRefusal)(answered.problem);
  return said(sesAccepted(answered.value.id), answered.value.warnings);
}

dialect('ses-send', { route: 'v2/email/outbound-emails', refusal: sesRefusal }, send);
