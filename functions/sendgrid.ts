import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import {
  readSendGrid,
  sendGridAccepted,
  sendGridChecked,
  sendGridRefusal,
  sendGridScopes,
} from '../shared/dialects/sendgrid.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { ok, type Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { dialect, receiveJson, refused, said } from './dialect.ts';
import { callerOf } from './receive.ts';

/** `POST /v3/mail/send`: as SendGrid takes it; all personalizations are accepted, or none. */
async function send(request: HttpRequest): Promise<HttpResponseInit> {
  let messages: readonly Translation[] = [];
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = readSendGrid(document);
    if (!read.ok) return read;
    messages = read.value.messages;
    if (read.value.sandbox) {
      const checked = await bridge.check(caller, facts, body, messages);
      return checked.ok ? ok(sendGridChecked) : checked;
    }
    const ids = await bridge.inBatch(caller, messages[0]?.batch, submitAll);
    return ids.ok ? ok(sendGridAccepted(ids.value)) : ids;

    async function submitAll(): Promise<Result<readonly string[]>> {
      const [first, second] = messages;
      if (first && !second) {
        const one = await bridge.submit(caller, facts, body, first);
        return one.ok ? ok([one.value.id]) : one;
      }
      const all = await bridge.submitBatch(caller, facts, body, messages);
      return all.ok ? ok(all.value.map(({ id }) => id)) : all;
    }
  });
  if (!answered.ok) return refused((problem) => sendGridRefusal(problem, messages))(answered.problem);
  return said(
    answered.value,
    messages.flatMap(({ warnings }) => warnings),
  );
}

/** `GET /v3/scopes`: what the key may do. */
async function scopes(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'submit');
  return caller.ok ? said(sendGridScopes) : refused(sendGridRefusal)(caller.problem);
}

const refusal = sendGridRefusal;

dialect('sendgrid-send', { route: 'v3/mail/send', refusal }, send);
dialect('sendgrid-scopes', { method: 'GET', route: 'v3/scopes', refusal }, scopes);
