/**
 * A call of a hook, whichever address it came to: let in, read, submitted, and answered in the sender's words.
 */
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
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
  answer,
  checkLength,
  json,
  problemResponse,
  readBody,
  readFacts,
  refusalHeaders,
  releaseBody,
  type RequestFacts,
} from '../shared/http.ts';
import { ok, refusals, refuse, type Problem, type Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';

/** A hook, and the body that is for it. */
interface Called {
  readonly visit: HookVisit;
  readonly body: Uint8Array;
}

/** Finds the hook and reads the body, in the order that suits the protocol. */
export type Find = (request: HttpRequest, facts: RequestFacts) => Promise<Result<Called>>;

/**
 * Answers a call of a hook. Never a redirect, and 200 where the sender's own server would say anything else only for success.
 *
 * @param protocol whose server the sender believes to speak to; told by the hook and the body when absent.
 */
export async function callHook(
  request: HttpRequest,
  find: Find,
  protocol?: ProtocolName,
): Promise<HttpResponseInit> {
  const facts = readFacts(request, bridge.config.frontEnd);
  let words = protocol ?? (isGotifyPath(facts.path) ? 'gotify' : undefined);
  return await answer(
    bridge.log,
    async () => {
      const called = await find(request, facts);
      if (!called.ok) return refusedIn(words, facts, called.problem);
      const { visit, body } = called.value;
      const { hook } = visit;
      words ??= protocolNamed(hook.adapter);
      const named = words === undefined ? visit : { ...visit, hook: { ...hook, adapter: words } };
      const outcome = await bridge.submitHook(named, facts, body);
      releaseBody(body);
      if (!outcome.ok) {
        const { keyId } = visit.caller;
        bridge.log('info', 'submission.refused', {
          code: outcome.problem.code,
          submitter: hook.submitter,
          ...(keyId ? { keyId } : {}),
        });
        return refusedIn(words, facts, outcome.problem);
      }
      if (outcome.value.kind === 'answered') return saying(outcome.value.answer);
      const { accepted, group, request: read } = outcome.value;
      const { id, status, acceptedAt, replayed } = accepted;
      const about = { 'x-postrider-id': id, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) };
      const speaking = words ?? protocolOf(group);
      // 200 and no 202: many a sender takes nothing else for a success.
      if (!speaking) return json(200, { object: 'email', id, status }, about);
      const told = { id, at: acceptedAt, hook: hook.name, request: read };
      return saying(protocols[speaking].accepted(told), about);
    },
    (problem) => refusedIn(words, facts, problem),
  );
}

/** The hook that the address names. @param name undefined when only the key tells. */
export const findHook =
  (name: string | undefined): Find =>
  async (request, facts) => {
    const visit = await bridge.authorizeHook(facts, name);
    if (!visit.ok) return visit;
    const body = await bodyFor(visit.value, request, facts);
    return body.ok ? ok({ visit: visit.value, body: body.value }) : body;
  };

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

function saying(
  { status, headers, body }: Handshake['answer'],
  about: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return { status, headers: { 'cache-control': 'no-store', ...about, ...headers }, body };
}

/** A refusal, in the words of a protocol or as a problem document. */
function refusedIn(words: ProtocolName | undefined, facts: RequestFacts, problem: Problem): HttpResponseInit {
  const allow = problem.code === 'method-not-allowed' ? { allow: 'POST, PUT' } : {};
  if (words === undefined) {
    if (problem.code !== 'quota-exceeded') return problemResponse(problem, allow);
    // Who posts alerts repeats after 5xx and takes 4xx for final, 429 too (docs/decisions/0020-hooks-answer-503.md).
    return { ...problemResponse(problem, allow, { status: 503 }), status: 503 };
  }
  const { status, title } = refusals[problem.code];
  const { retryAfterSeconds } = problem;
  const said = protocols[words].refused({
    status,
    title,
    detail: problem.detail,
    header: facts.header,
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: Math.ceil(retryAfterSeconds) }),
  });
  return saying(said, { ...refusalHeaders(problem), ...allow });
}
