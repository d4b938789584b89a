/**
 * HTTP on the edge: `HttpRequest` → plain facts, results and problems → `HttpResponseInit`.
 */
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type ipaddr from 'ipaddr.js';
import { clientAddress } from './access/client-address.ts';
import type { FrontEnd } from './platform/config.ts';
import { describeError, type Log } from './platform/log.ts';
import { ok, refuse, type Problem, type ProblemCode, type Result } from './platform/problem.ts';
import { refusals, type Refusal } from './platform/refusals.ts';

/** A request as facts. */
export interface RequestFacts {
  readonly method: string;
  /** Path without query, e.g. `/emails`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they came. */
  readonly target: string;
  /** Looks up a header by its lower-case name; repeated headers are joined by commas. */
  readonly header: (name: string) => string | undefined;
  readonly clientAddress: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
}

/** Reads the facts; the body is read later, once the caller is known. */
export function readFacts(request: HttpRequest, frontEnd: FrontEnd): RequestFacts {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const { pathname: path, search, searchParams: query } = new URL(request.url);
  return {
    method: request.method,
    path,
    query,
    target: path + search,
    header,
    clientAddress: clientAddress(header, frontEnd),
  };
}

/**
 * Whether the body is one we would read, judged by its headers alone.
 *
 * Without a Content-Length the Functions host hands over an empty body (azure-functions-nodejs-worker#524), so such a request
 * is refused before it is misread as empty.
 */
export function checkLength(facts: RequestFacts, maxBytes: number): Result<void> {
  const length = facts.header('content-length');
  if (length === undefined || !/^\d+$/.test(length)) {
    return refuse(
      'length-required',
      'Send the body with a Content-Length header; chunked transfer is not supported here.',
    );
  }
  if (Number(length) > maxBytes) {
    return refuse(
      'body-too-large',
      `The body has ${length} bytes; at most ${maxBytes} are taken. Send fewer or smaller attachments.`,
    );
  }
  return ok(undefined);
}

/**
 * Reads the body, at most `maxBytes` of it.
 *
 * Read as a stream, because `arrayBuffer()` copies the whole body twice more: 66 MB for the largest one.
 */
export async function readBody(request: HttpRequest, maxBytes: number): Promise<Result<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body) {
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes)
        return refuse(
          'body-too-large',
          `The body has more than ${maxBytes} bytes. Send fewer or smaller attachments.`,
        );
      chunks.push(chunk);
    }
  }
  const [only] = chunks;
  return ok(chunks.length === 1 && only ? only : Buffer.concat(chunks));
}

/**
 * Gives the memory of a large body back at once. The request keeps two more copies until the answer is out, and waiting for the
 * collector as well would cost another body's worth for each request under way.
 */
export function releaseBody(body: Uint8Array): void {
  const { buffer } = body;
  if (body.length < 1_000_000 || body.length !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** A JSON answer that nobody may cache. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** The headers of a refusal, in whatever words its body speaks. */
export function refusalHeaders({ code, retryAfterSeconds, headers }: Problem): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...challenge(code),
    ...headers,
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
  };
}

/** An answer that is a refusal, and tells which: whoever serves it puts it into the audit trail. */
export interface RefusalResponse extends HttpResponseInit {
  readonly problem: Problem;
}

/**
 * A refusal as `application/problem+json` (RFC 9457). `type` is a path on this bridge that explains the code.
 *
 * @param members further members of the object (RFC 9457 §3.2).
 */
export function problemResponse(
  problem: Problem,
  headers: Record<string, string> = {},
  members: Readonly<Record<string, unknown>> = {},
): RefusalResponse {
  const { code, detail, errors, violatedPolicies } = problem;
  const { status, title, type = `/problems/${code}` }: Refusal = refusals[code];
  return {
    problem,
    status,
    headers: { 'content-type': 'application/problem+json', ...refusalHeaders(problem), ...headers },
    body: JSON.stringify({
      type,
      title,
      status,
      detail,
      code,
      ...(errors ? { errors } : {}),
      ...(violatedPolicies ? { 'violated-policies': violatedPolicies } : {}),
      ...members,
    }),
  };
}

/** RFC 6750 §3: a 401 names the scheme that would have been taken, and what was wrong with the credential, if one was shown. */
function challenge(code: ProblemCode): { 'www-authenticate'?: string } {
  const { status } = refusals[code];
  const error = code === 'scope-not-granted' ? 'insufficient_scope' : 'invalid_token';
  if (status !== 401 && error !== 'insufficient_scope') return {};
  const fault = code === 'missing-credentials' ? '' : `, error="${error}"`;
  return { 'www-authenticate': `Bearer realm="postrider"${fault}` };
}

/**
 * What goes out with every answer: nothing is kept, framed, sniffed or run. An answer that is meant for a browser says otherwise itself.
 * (OWASP REST Security Cheat Sheet, "Security Headers")
 */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** An answer with the security headers, and further ones, that it has not set itself. @param more by their lower-case names. */
export function secured(
  response: HttpResponseInit,
  more: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const headers = new Headers(response.headers);
  for (const [name, value] of [...Object.entries(securityHeaders), ...Object.entries(more)]) {
    if (!headers.has(name)) headers.set(name, value);
  }
  return { ...response, headers: Object.fromEntries(headers) };
}

/** What is answered when something was thrown, which is logged. */
export function failureOf(log: Log, error: unknown): Problem {
  // Errors of the storage SDKs: a status from the service, or a code from the network below it. What storage finds wrong with the
  // request itself it will find wrong again.
  const { name, statusCode } = error as { name?: string; statusCode?: number };
  const storage = name === 'RestError' && statusCode !== 400 && statusCode !== 413;
  log('error', storage ? 'storage.unavailable' : 'request.defect', { error: describeError(error) });
  const { problem } = storage
    ? refuse(
        'storage-unavailable',
        'Nothing was promised. Repeat the request; under the same Idempotency-Key a message is not stored twice.',
        { retryAfterSeconds: 5 },
      )
    : refuse(
        'internal-error',
        'Nothing was promised. Repeat the request once; if it fails again, tell the administrator of this bridge.',
      );
  return problem;
}
