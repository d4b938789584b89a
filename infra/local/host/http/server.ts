import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Invoker, logFailure, newInvocationId } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../registry.ts';
import { StartFailure } from '../start-failure.ts';
import { type AdminOptions, answerAdmin, answerHome } from './admin.ts';
import { readBody } from './body.ts';
import { requestHeaders } from './headers.ts';
import { answer, respond } from './respond.ts';
import { createRoutes } from './routes.ts';
import { parseQuery, parseTarget, type Target } from './target.ts';
import { traceContext } from './trace.ts';

/** Kestrel's default and the host's own limit, in bytes. */
const BODY_LIMIT = 104_857_600;

export interface HttpOptions {
  functions: RegisteredFunction[];
  routePrefix: string;
  invoker: Invoker;
  log: Log;
  admin: AdminOptions;
}

export interface HttpListener {
  /** Starts listening and returns the port; throws a StartFailure when the port is taken. */
  start(port: number, hostname: string): Promise<number>;
  /** Takes no new connection; resolves when the requests under way are answered. */
  stop(): Promise<void>;
  /** Cuts what is still open. */
  destroy(): void;
}

/**
 * The HTTP trigger in buffered mode: a body reaches the function only when the request says its length, so a chunked
 * one arrives empty (github.com/Azure/azure-functions-nodejs-worker/issues/524). Keys and `authLevel` are ignored, as
 * `func start` does.
 */
export function createHttpListener({
  functions,
  routePrefix,
  invoker,
  log,
  admin,
}: HttpOptions): HttpListener {
  const find = createRoutes(functions, routePrefix, log);
  const limit = Number(process.env['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT'] ?? BODY_LIMIT);
  let stopping = false;

  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (stopping) response.shouldKeepAlive = false;
    const target = parseTarget(request.url ?? '/');
    if (answerAdmin(target.path, request, response, admin)) return;
    const match = find(request.method ?? 'GET', target.path);
    if (match) void run(match.fn, match.params, target, request, response);
    else if (target.path === '/') answerHome(response);
    else answer(response, 404);
  }

  async function run(
    fn: RegisteredFunction,
    params: Record<string, string>,
    target: Target,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const started = performance.now();
    const invocationId = newInvocationId();
    try {
      const body = await takeBody(request, response, limit);
      const http = {
        method: request.method ?? 'GET',
        url: `http://${request.headers.host ?? 'localhost'}${target.rawPath}${target.query && `?${target.query}`}`,
        nullableHeaders: requestHeaders(request, invocationId),
        nullableQuery: parseQuery(target.query),
        nullableParams: nullable(params),
        ...(body && { body: { bytes: body } }),
      };
      const result = await invoker.invoke(fn, {
        invocationId,
        data: { http },
        traceContext: traceContext(request),
        // The library has copied the bytes into its Request: give ours back at once.
        ...(body && { onTaken: () => void body.transfer(0) }),
      });
      respond(response, result);
    } catch (error) {
      logFailure(log, fn.name, invocationId, error);
      answer(response, 500);
    }
    const category = `Function.${fn.name}`;
    if (log.enabled('information', category)) {
      const durationMs = performance.now() - started;
      // A long segment may be a token that a sender can put nowhere else.
      const path = target.rawPath.replaceAll(/[^/]{40,}/g, '…');
      const line = `${request.method} ${path} ${response.statusCode}`;
      log.write('information', category, line, { invocationId, durationMs });
    }
  }

  // Kestrel's limits: 130 s keep-alive, 32 KB of headers, no limit on the time of a request.
  const server = createServer(
    { maxHeaderSize: 32_768, keepAliveTimeout: 130_000, requestTimeout: 0 },
    handle,
  );
  return {
    start: (port, hostname) => listen(server, port, hostname),
    stop() {
      stopping = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      // A connection kept alive by an answer that was under way would hold the server open.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      server.close(() => {
        clearInterval(sweep);
        resolve();
      });
      return promise;
    },
    destroy: () => server.closeAllConnections(),
  };
}

/**
 * The body when its length was declared, else undefined. Over the limit it throws before reading: Kestrel does so in
 * the middle of the invocation, which the host answers with 500, not 413.
 */
async function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<ArrayBuffer | undefined> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limit) {
    response.shouldKeepAlive = false;
    throw new Error(`Request body too large. The max request body size is ${limit} bytes.`);
  }
  return length > 0 ? readBody(request, length) : undefined;
}

function nullable(values: Record<string, string>): Record<string, { value: string }> {
  const result: Record<string, { value: string }> = Object.create(null);
  for (const name in values) result[name] = { value: values[name]! };
  return result;
}

function listen(server: Server, port: number, hostname: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const taken = cause.code === 'EADDRINUSE';
    const sentence = taken
      ? `Port ${port} on ${hostname} is taken: stop the other program or choose another port with --port.`
      : `The local host cannot listen on ${hostname}:${port} (${cause.code ?? cause.message}).`;
    reject(new StartFailure(sentence, { cause }));
  });
  server.listen(port, hostname, () => {
    const address = server.address();
    resolve(typeof address === 'object' && address ? address.port : port);
  });
  return promise;
}
