import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { acsAccepted, acsOperation, acsRefusal, readAcs } from '../shared/dialects/acs.ts';
import type { RequestFacts } from '../shared/http.ts';
import { idOfUuid, uuidOf } from '../shared/platform/id.ts';
import { ok } from '../shared/platform/problem.ts';
import { lastReason } from '../shared/reporting/event.ts';
import { bridge } from './bridge.ts';
import { dialect, oneCall, receiveJson, refused, said, withKey } from './dialect.ts';
import { callerOf } from './receive.ts';

/** `POST /emails:send`: as Azure Communication Services takes it. */
async function send(request: HttpRequest): Promise<HttpResponseInit> {
  const answered = await receiveJson(request, async (document, { caller, facts, body }) => {
    const read = readAcs(document);
    if (!read.ok) return read;
    const operation = operationIdOf(facts);
    const once = operation === undefined ? oneCall(facts, body) : withKey(facts, keyOf(operation));
    const accepted = await bridge.submit(caller, once, body, read.value);
    if (!accepted.ok) return accepted;
    return ok({ id: operation ?? uuidOf(accepted.value.id), warnings: read.value.warnings });
  });
  if (!answered.ok) return refused(acsRefusal)(answered.problem);
  const { id, warnings } = answered.value;
  const { origin, search } = new URL(request.url);
  return said(acsAccepted(id, `${origin}/emails/operations/${id}${search}`), warnings);
}

/** `GET /emails/operations/{id}`: how far it is. */
async function follow(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'read');
  if (!caller.ok) return refused(acsRefusal)(caller.problem);
  const id = request.params['id'] ?? '';
  const direct = await bridge.status(caller.value, id);
  const status = direct.ok ? direct : await bridge.statusByKey(caller.value, keyOf(id));
  if (!status.ok) return refused(acsRefusal)(status.problem);
  return said(acsOperation(id, { ...status.value, reason: lastReason(status.value.events) }));
}

/** `Operation-Id`: a UUID that the client chose, under which repeating the request sends nothing twice. */
function operationIdOf(facts: RequestFacts): string | undefined {
  const given = facts.header('operation-id');
  return given !== undefined && idOfUuid(given) !== undefined ? given.toLowerCase() : undefined;
}

const keyOf = (operation: string): string => `operation/${operation.toLowerCase()}`;

const refusal = acsRefusal;

dialect('acs-send', { route: 'emails:send', refusal }, send);
dialect('acs-operation', { method: 'GET', route: 'emails/operations/{id}', refusal }, follow);
