import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { graphAccepted, graphRefusal, readGraph } from '../shared/dialects/graph.ts';
import { bare } from '../shared/dialects/mailboxes.ts';
import { readMime } from '../shared/dialects/mime.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { newMessageId, uuidOf } from '../shared/platform/id.ts';
import { ok, refuse, type Problem, type Result } from '../shared/platform/problem.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { batchJsonLimits, readDocument } from '../shared/submission/parse.ts';
import { dialect, oneCall, refused, said } from './dialect.ts';
import { bridge } from './bridge.ts';
import { receive } from './receive.ts';

/** `POST /v1.0/users/{mailbox}/sendMail` and `/v1.0/me/sendMail`: as Graph takes it. */
async function sendMail(request: HttpRequest): Promise<HttpResponseInit> {
  const mailbox = request.params['mailbox'];
  const answered = await receive(request, 'submit', async (caller, facts, body) => {
    const type = facts.header('content-type');
    const read = isText(type) ? await readBase64(body, mailbox) : readJsonMail();
    if (!read.ok) return read;
    const message = bridge.carried(caller, read.value);
    const accepted = await bridge.submit(caller, oneCall(facts, body), body, message);
    return accepted.ok ? ok({ id: accepted.value.id, warnings: message.warnings }) : accepted;

    function readJsonMail(): Result<Translation> {
      const document = readDocument(body, type, batchJsonLimits);
      return document.ok ? readGraph(document.value, mailbox) : document;
    }
  });
  if (!answered.ok) return refused(refusal)(answered.problem);
  return said(graphAccepted(answered.value.id), answered.value.warnings);
}

const isText = (contentType = ''): boolean => /^text\/plain(?:\s*;|\s*$)/i.test(contentType.trim());

/** A MIME message in base64. The mailbox of the path must be its author's, as Graph has it for who may not send as another. */
async function readBase64(body: Uint8Array, mailbox: string | undefined): Promise<Result<Translation>> {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1').trim();
  if (!/^[A-Za-z0-9+/\r\n]+={0,2}$/.test(text)) {
    return refuse('invalid-mime', 'With "Content-Type: text/plain" the body is a MIME message in base64.');
  }
  const author = mailbox?.includes('@') ? mailbox : undefined;
  const read = await readMime(Buffer.from(text, 'base64'), { author });
  if (!read.ok || author === undefined) return read;
  const { document, warnings } = read.value;
  if (bare(String(document['from'])) === author.toLowerCase()) return read;
  const detail = 'The message is sent for its From field; the mailbox of the path does not count.';
  return ok({ ...read.value, warnings: [...warnings, { field: 'mailbox', detail }] });
}

function refusal(problem: Problem) {
  const now = systemClock.now();
  return graphRefusal(problem, uuidOf(newMessageId(now)), now);
}

// Some of the generated clients call the action by its full name.
for (const version of ['v1.0', 'beta']) {
  for (const [name, action] of [
    ['send-mail', 'sendMail'],
    ['qualified', 'microsoft.graph.sendMail'],
  ] as const) {
    dialect(
      `graph-${name}-${version}`.replace('.', '-'),
      { route: `${version}/users/{mailbox}/${action}`, refusal },
      sendMail,
    );
    dialect(
      `graph-${name}-me-${version}`.replace('.', '-'),
      { route: `${version}/me/${action}`, refusal },
      sendMail,
    );
  }
}
