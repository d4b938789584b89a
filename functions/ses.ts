import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readSes, sesAccepted } from '../shared/dialects/ses.ts';
import { readSesBulk } from '../shared/dialects/ses-bulk.ts';
import { sesEntryRefused, sesRefusal } from '../shared/dialects/ses-refusal.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { newMessageId } from '../shared/platform/id.ts';
import { ok, type Problem } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { dialect, oneCall, receiveJson, refused, said } from './dialect.ts';

/** `POST /v2/email/outbound-emails`: as Amazon SES takes it. */
async function send(request: HttpRequest): Promise<HttpResponseInit> {
  let message: Translation | undefined;
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = await readSes(document);
    if (!read.ok) return read;
    message = bridge.carried(caller, read.value);
    const accepted = await bridge.submit(caller, oneCall(facts, body), body, message);
    return accepted.ok ? ok({ id: accepted.value.id, warnings: message.warnings }) : accepted;
  });
  if (!answered.ok) return refused((problem) => refusal(problem, message))(answered.problem);
  return said(sesAccepted(answered.value.id), answered.value.warnings);
}

/** `POST /v2/email/outbound-bulk-emails`: 200 with what became of each entry, in their order. */
async function sendBulk(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = await readSesBulk(document);
    if (!read.ok) return read;
    const results = await bridge.submitEach(caller, oneCall(facts, body), body, read.value);
    if (!results.ok) return results;
    const messages = read.value.map((one) => (one.ok ? one.value : undefined));
    const entries = results.value.map((one, i) =>
      one.ok ? { Status: 'SUCCESS', MessageId: one.value.id } : sesEntryRefused(one.problem, messages[i]),
    );
    return ok({ entries, warnings: messages.find((one) => one !== undefined)?.warnings ?? [] });
  });
  if (!answered.ok) return refused(refusal)(answered.problem);
  const { entries, warnings } = answered.value;
  const headers = { 'x-amzn-requestid': newMessageId(systemClock.now()) };
  return said({ status: 200, headers, body: { BulkEmailEntryResults: entries } }, warnings);
}

const refusal = (problem: Problem, message?: Translation) =>
  sesRefusal(problem, newMessageId(systemClock.now()), message);

dialect('ses-send', { route: 'v2/email/outbound-emails', refusal }, send);
dialect('ses-send-bulk', { route: 'v2/email/outbound-bulk-emails', refusal }, sendBulk);
