/**
 * An HTTP proxy that sees whole requests and answers, and lets somebody decide at each phase whether things go on. With that a
 * process can be killed at a named point of its work without any hook in it.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  Agent as SecureAgent,
  createServer as createSecureServer,
  request as httpsRequest,
} from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';

/**
 * `sent`: the request is here as a whole and has not been passed on. `committed`: the server has answered, and the client does not
 * know. `answered`: the client has been sent the answer.
 */
export type Phase = 'sent' | 'committed' | 'answered';

/** A request. */
export interface Asked {
  readonly method: string;
  /** The request target, from the slash. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Told of every request at every phase. False from `sent` or `committed`: nothing further happens, the connection breaks. */
export type Watch = (phase: Phase, asked: Asked, answered?: Answered) => boolean;

/** How a proxy is started. */
export interface HttpProxyOptions {
  /** Where the server is: `http://127.0.0.1:1234`, or https. */
  readonly upstream: string;
  /** Speaks https with this certificate; the authorities are those that the server's own certificate is checked against. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly watch: Watch;
  /** Changes an answer's text, for addresses that name the server itself. */
  readonly rewrite?: (text: string) => string;
}

/** A running proxy. */
export interface HttpProxy {
  readonly port: number;
  /** Milliseconds that every request waits before it is passed on. */
  latency: number;
  /** Breaks all connections of clients. */
  cut(): void;
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1. */
export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const { upstream, tls, watch, rewrite } = options;
  const { hostname, port: upstreamPort, protocol } = new URL(upstream);
  const secure = protocol === 'https:';
  const agent = secure
    ? new SecureAgent({ keepAlive: true, ...(tls ? { ca: tls.ca } : {}) })
    : new Agent({ keepAlive: true, timeout: 4000 });
  /** @param gone the client has given up: a server that is silent to it must learn of that, or it holds its place for ever. */
  const forward = (asked: Asked, gone: AbortSignal): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const { method, url, headers, body } = asked;
      const outgoing = (secure ? httpsRequest : httpRequest)({
        agent,
        hostname,
        port: upstreamPort,
        method,
        path: url,
        headers: passedOn(headers, body.length),
        // Storage never is, and what it was asked it shall do, whoever is left to hear of it.
        ...(secure ? { signal: gone } : {}),
      });
      outgoing.once('response', (response) => {
        void read(response).then(
          (text) => resolve({ status: response.statusCode ?? 502, headers: response.headers, body: text }),
          reject,
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = request;
    const asked: Asked = { method, url, headers, body: await read(request) };
    if (proxy.latency > 0) await sleep(proxy.latency);
    if (!watch('sent', asked)) return void response.destroy();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answered = await forward(asked, gone.signal);
    if (!watch('committed', asked, answered)) return void response.destroy();
    const body = rewrite ? Buffer.from(rewrite(answered.body.toString('utf8'))) : answered.body;
    response.writeHead(answered.status, withLength(answered, method, body));
    response.end(body, () => watch('answered', asked, answered));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // The server is down, or a side has gone: the other one sees a broken connection.
    serve(request, response).catch(() => response.destroy());
  };
  const server = tls
    ? createSecureServer({ key: tls.key, cert: tls.cert }, listener)
    : createServer(listener);
  server.keepAliveTimeout = 60_000;
  const { port, stop } = await listen(server);
  const proxy: HttpProxy = {
    port,
    latency: 0,
    cut: () => server.closeAllConnections(),
    async stop() {
      const stopped = stop();
      server.closeAllConnections();
      agent.destroy();
      await stopped;
    },
  };
  return proxy;
}

/** The headers of a request whose body is known as a whole, on a connection of ours. */
function passedOn(headers: IncomingHttpHeaders, length: number): Record<string, string | string[]> {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = headers;
  return { ...kept, 'content-length': String(length) } as Record<string, string | string[]>;
}

/** The headers of an answer whose body is known as a whole. */
function withLength({ status, headers }: Answered, method: string, body: Buffer): IncomingHttpHeaders {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = headers;
  if (method === 'HEAD' || status === 204 || status === 304) return kept;
  return { ...kept, 'content-length': String(body.length) };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
