/**
 * A call of a hook, whichever address it came to: let in, read, submitted, and answered in the sender's words.
 */
import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { HookVisit } from '../shared/access/authorize-hook.ts';
import type { Handshake } from '../shared/alerts/alert.ts';
import {
  isGotifyPath,
  protocolNamed,
  protocolOf,
  protocols,
  type ProtocolName,
} from '../shared/alerts/protocols/protocol.ts';
import {
  checkLength,
  json,
  problemResponse,
  readBody,
  readFacts,
  refusalHeaders,
  releaseBody,
  type RefusalResponse,
  type RequestFacts,
} from '../shared/http.ts';
import { ok, refuse, type Problem, type Result } from '../shared/platform/problem.ts';
import { refusals } from '../shared/platform/refusals.ts';
import { bridge } from './bridge.ts';
import { recognised, serve } from './serve.ts';

/** A hook, and the body that is for it. */
interface Called {
  readonly visit: HookVisit;
  readonly body: Uint8Array;
}

/** Finds the hook and reads the body, in the order that suits the protocol. */
export type Find = (request: HttpRequest, facts: RequestFacts) => Promise<Result<Called>>;

/** Where a hook is called. */
interface HookRoute {
  readonly methods: readonly HttpMethod[];
  readonly route: string;
  /** Whose server the sender believes to speak to; told by the hook and the body when absent. */
  readonly protocol?: ProtocolName;
}

/** Registers an address at which hooks are called. */
export function serveHook(name: string, { methods, route, protocol }: HookRoute, find: Find): void {
  const refusal = (problem: Problem) => refusedIn(protocol, () => undefined, problem);
  serve(name, { methods, route, refusal }, (request) => callHook(request, find, protocol));
}

/** Answers a call. Never a redirect, and 200 where the sender's own server would say anything else only for success. */
async function callHook(
  request: HttpRequest,
  find: Find,
  protocol?: ProtocolName,
): Promise<HttpResponseInit> {
  const asked = readFacts(request, bridge.config.frontEnd);
  const { header } = asked;
  const place = protocol ?? (isGotifyPath(asked.path) ? 'gotify' : undefined);
  const dry = asked.query.get('dry_run') ?? 'false';
  // Somebody who asks for a dry run in other words, or elsewhere, must not find the mail sent.
  if (dry !== 'false' && (protocol !== undefined || dry !== 'true')) {
    return refusedIn(place, header, noDryRun(protocol).problem);
  }
  const facts = { ...asked, query: withoutWish(asked.query) };
  const called = await find(request, facts);
  if (!called.ok) return refusedIn(place, header, called.problem);
  const { visit, body } = called.value;
  const { hook } = visit;
  const words = place ?? protocolNamed(hook.adapter);
  const signed = await bridge.signed(facts, visit, body);
  if (!signed.ok) return refusedIn(words, header, signed.problem);
  const named = words === undefined ? visit : { ...visit, hook: { ...hook, adapter: words } };
  if (dry === 'true') {
    const view = await bridge.dryRunHook(named, facts, body, signed.value);
    releaseBody(body);
    return view.ok ? json(200, view.value) : refusedIn(words, header, view.problem);
  }
  const outcome = await bridge.submitHook(named, facts, body, signed.value);
  releaseBody(body);
  if (!outcome.ok) return refusedIn(words, header, outcome.problem);
  if (outcome.value.kind === 'answered') return saying(outcome.value.answer);
  const { group, request: read } = outcome.value;
  const speaking = words ?? protocolOf(group);
  if (outcome.value.kind === 'held') {
    // It is kept, and will be part of a mail that has no id yet.
    if (!speaking) return json(200, { object: 'alert', status: 'held' });
    return saying(
      protocols[speaking].accepted({ id: 'held', at: new Date(), hook: hook.name, request: read }),
    );
  }
  const { id, status, acceptedAt, replayed } = outcome.value.accepted;
  const about = { 'x-postrider-id': id, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) };
  // 200 and no 202: many a sender takes nothing else for a success.
  if (!speaking) return json(200, { object: 'email', id, status }, about);
  return saying(protocols[speaking].accepted({ id, at: acceptedAt, hook: hook.name, request: read }), about);
}

const noDryRun = (protocol: ProtocolName | undefined) =>
  refuse(
    'invalid-submission',
    protocol === undefined
      ? '"dry_run" is "true" or "false". Nothing was accepted.'
      : 'A dry run is to be had at /hooks/<name>?dry_run=true. Nothing was accepted.',
  );

/** The query without what is not the sender's: no mail shall have it among its facts. */
function withoutWish(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query);
  rest.delete('dry_run');
  return rest;
}

/** The hook that the address names. @param name undefined when only the key tells. */
export const findHook =
  (nameOf: (request: HttpRequest) => string | undefined): Find =>
  async (request, facts) => {
    const visit = await visitOf(request, facts, nameOf(request));
    if (!visit.ok) return visit;
    const body = await bodyFor(visit.value, request, facts);
    return body.ok ? ok({ visit: visit.value, body: body.value }) : body;
  };

/** Who calls which hook. */
export async function visitOf(
  request: HttpRequest,
  facts: RequestFacts,
  name: string | undefined,
): Promise<Result<HookVisit>> {
  const visit = await bridge.authorizeHook(facts, name);
  if (visit.ok) recognised(request, visit.value.caller);
  return visit;
}

/** Reads the body of a request to a hook, which may have none. */
export async function readHookBody(request: HttpRequest, facts: RequestFacts): Promise<Result<Uint8Array>> {
  const { maxBodyBytes } = bridge.config;
  // A GET may come without a length, and so may a POST that says everything in its query; but not one whose body the host withholds.
  const chunked = facts.header('transfer-encoding') !== undefined;
  const bare = ['GET', 'OPTIONS'].includes(facts.method) || (request.body === null && !chunked);
  const length = checkLength(facts, maxBodyBytes);
  if (!length.ok && !bare) return length;
  return await readBody(request, maxBodyBytes);
}

async function bodyFor(
  { hook }: HookVisit,
  request: HttpRequest,
  facts: RequestFacts,
): Promise<Result<Uint8Array>> {
  if (facts.method === 'GET' && !hook.allowGet) {
    return refuse(
      'method-not-allowed',
      'This hook takes no GET, since whoever follows links would set it off. The administrator can allow it (allow_get).',
    );
  }
  return await readHookBody(request, facts);
}

const saying = (
  { status, headers, body }: Handshake['answer'],
  about: Readonly<Record<string, string>> = {},
): HttpResponseInit => ({ status, headers: { ...about, ...headers }, body });

/** A refusal, in the words of a protocol or as a problem document. */
function refusedIn(
  words: ProtocolName | undefined,
  header: RequestFacts['header'],
  problem: Problem,
): RefusalResponse {
  const allow = problem.code === 'method-not-allowed' ? { allow: 'POST, PUT' } : {};
  if (words === undefined) {
    if (problem.code !== 'quota-exceeded') return problemResponse(problem, allow);
    // Who posts alerts repeats after 5xx and takes 4xx for final, 429 too (docs/decisions/0014-hooks-answer-503.md).
    return { ...problemResponse(problem, allow, { status: 503 }), status: 503 };
  }
  const { status, title } = refusals[problem.code];
  const { detail, retryAfterSeconds } = problem;
  const retry = retryAfterSeconds === undefined ? {} : { retryAfter: Math.ceil(retryAfterSeconds) };
  const said = protocols[words].refused({ status, title, detail, header, ...retry });
  return { ...saying(said, { ...refusalHeaders(problem), ...allow }), problem };
}
