import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import {
  postmarkAccepted,
  postmarkBatchLimit,
  postmarkError,
  postmarkNoTemplates,
  postmarkRefusal,
  readPostmark,
} from '../shared/dialects/postmark.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { uuidOf } from '../shared/platform/id.ts';
import { ok, refuse } from '../shared/platform/problem.ts';
import type { Accepted } from '../shared/submission/submit.ts';
import { bridge } from './bridge.ts';
import { dialect, receiveJson, refused, said } from './dialect.ts';

/** `POST /email`: as Postmark takes it. */
async function send(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = readPostmark(document);
    if (!read.ok) return read;
    const accepted = await bridge.submit(caller, facts, body, read.value);
    return accepted.ok ? ok({ accepted: accepted.value, message: read.value }) : accepted;
  });
  if (!answered.ok) return refused(postmarkRefusal)(answered.problem);
  const { accepted, message } = answered.value;
  return said({ status: 200, body: bodyOf(accepted, message) }, message.warnings);
}

/** `POST /email/batch`: 200 with a result for each message, in their order. */
async function sendBatch(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    if (!Array.isArray(document) || document.length > postmarkBatchLimit) {
      return refuse('invalid-submission', `Send a list of at most ${postmarkBatchLimit} messages.`);
    }
    const read = document.map((one: unknown) => readPostmark(one));
    const good = read.flatMap((one) => (one.ok ? [one.value] : []));
    const results = await bridge.submitEach(caller, facts, body, good);
    if (!results.ok) return results;
    let next = 0;
    const bodies = read.map((one) => {
      if (!one.ok) return postmarkError(one.problem);
      const result = results.value[next++];
      return result?.ok ? bodyOf(result.value, one.value) : postmarkError(result?.problem ?? missing);
    });
    return ok({ bodies, warnings: good.flatMap(({ warnings }) => warnings) });
  });
  if (!answered.ok) return refused(postmarkRefusal)(answered.problem);
  return said({ status: 200, body: answered.value.bodies }, answered.value.warnings);
}

const missing = refuse('internal-error', 'Nothing was promised for this message. Repeat it.').problem;

const bodyOf = ({ id, acceptedAt }: Accepted, message: Translation) =>
  postmarkAccepted({ uuid: uuidOf(id), at: acceptedAt }, message);

const refusal = postmarkRefusal;

dialect('postmark-send', { route: 'email', refusal }, send);
dialect('postmark-batch', { route: 'email/batch', refusal }, sendBatch);
for (const [name, route] of [
  ['postmark-template', 'email/withTemplate'],
  ['postmark-templates', 'email/batchWithTemplates'],
] as const) {
  dialect(name, { route, refusal }, async () => said(postmarkNoTemplates));
}
