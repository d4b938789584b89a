import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isObject } from '../shared/dialects/foreign.ts';
import {
  postmarkAccepted,
  postmarkBatchLimit,
  postmarkError,
  postmarkRefusal,
  readPostmark,
} from '../shared/dialects/postmark.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { uuidOf } from '../shared/platform/id.ts';
import { ok, refuse } from '../shared/platform/problem.ts';
import type { Accepted } from '../shared/submission/submit.ts';
import { bridge } from './bridge.ts';
import { dialect, receiveJson, refused, said } from './dialect.ts';

/** `POST /email` and `/email/withTemplate`: as Postmark takes them. */
async function send(request: HttpRequest, templated: boolean): Promise<HttpResponseInit> {
  let message: Translation | undefined;
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = readPostmark(document, templated);
    if (!read.ok) return read;
    message = read.value;
    const accepted = await bridge.submit(caller, facts, body, message);
    return accepted.ok ? ok({ accepted: accepted.value, message }) : accepted;
  });
  if (!answered.ok) return refused((problem) => postmarkRefusal(problem, message))(answered.problem);
  const { accepted, message: taken } = answered.value;
  return said({ status: 200, body: bodyOf(accepted, taken) }, taken.warnings);
}

/** `POST /email/batch` and `/email/batchWithTemplates`: 200 with a result for each message, in their order. */
async function sendBatch(request: HttpRequest, templated: boolean): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const list = templated && isObject(document) ? document['Messages'] : document;
    if (!Array.isArray(list) || list.length > postmarkBatchLimit) {
      return refuse('invalid-submission', `Send a list of at most ${postmarkBatchLimit} messages.`);
    }
    const read = list.map((one: unknown) => readPostmark(one, templated));
    const results = await bridge.submitEach(caller, facts, body, read);
    if (!results.ok) return results;
    const bodies = results.value.map((result, i) => {
      const message = read[i]?.ok ? read[i].value : undefined;
      return result.ok && message
        ? bodyOf(result.value, message)
        : postmarkError(result.ok ? missing : result.problem, message);
    });
    return ok({ bodies, warnings: read.flatMap((one) => (one.ok ? one.value.warnings : [])) });
  });
  if (!answered.ok) return refused(refusal)(answered.problem);
  return said({ status: 200, body: answered.value.bodies }, answered.value.warnings);
}

const missing = refuse('internal-error', 'Nothing was promised for this message. Repeat it.').problem;

const bodyOf = ({ id, acceptedAt }: Accepted, message: Translation) =>
  postmarkAccepted({ uuid: uuidOf(id), at: acceptedAt }, message);

const refusal = (problem: Parameters<typeof postmarkError>[0]) => postmarkRefusal(problem);

dialect('postmark-send', { route: 'email', refusal }, (request) => send(request, false));
dialect('postmark-template', { route: 'email/withTemplate', refusal }, (request) => send(request, true));
dialect('postmark-batch', { route: 'email/batch', refusal }, (request) => sendBatch(request, false));
dialect('postmark-templates', { route: 'email/batchWithTemplates', refusal }, (request) =>
  sendBatch(request, true),
);
