/**
 * The HTTP end of Graph's middleware chain, on node:https instead of fetch. A door.
 *
 * For one reason: fetch does not tell whether the request had been written when it failed, and that is the difference between
 * "certainly not sent" and "may have been sent". It also spares a copy of the body and is the faster of the two.
 */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import type { Clock } from '../platform/clock.ts';

/** Connections are not kept longer than this many milliseconds: a gateway that forgot one breaks the next request. */
const idleTimeout = 15_000;

/** Characters of a body that are read. The answer to a draft repeats its text, of at most 4 MB; errors have some hundreds. */
const maxAnswer = 8 * 1024 * 1024;

/**
 * The story of one request. The chain's own error says "fetch failed" and no more, so the handler writes down here what
 * happened; it travels with the request as a middleware option.
 */
export class HttpStory {
  /** True once every byte of the request was given to the operating system. */
  written = false;
  /** What went wrong below HTTP. */
  failure: unknown;
}

/** One request. */
export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** The handler, with its connections. */
export interface GraphHttp extends Middleware {
  /**
   * A request past the chain, for a URL that takes no token.
   *
   * @throws what went wrong below HTTP; the story has it too.
   */
  exchange(url: string, request: HttpRequest, story: HttpStory): Promise<Response>;
  close(): void;
}

const newAgent = (): Agent => new Agent({ keepAlive: true, timeout: idleTimeout, scheduling: 'lifo' });

/** Creates a handler that keeps its connections between requests. */
export function createGraphHttp(clock: Clock): GraphHttp {
  let agent = newAgent();
  let lastUse = 0;

  const connections = (): Agent => {
    // A worker that was frozen in between has not seen its connections end.
    const now = clock.now().getTime();
    if (lastUse > 0 && now - lastUse > idleTimeout) {
      const stale = agent;
      agent = newAgent();
      // Requests under way finish on the old one; its idle connections go.
      for (const sockets of Object.values(stale.freeSockets))
        for (const socket of sockets ?? []) socket.destroy();
    }
    lastUse = now;
    return agent;
  };

  return {
    async execute(context) {
      const { url, request, story } = readContext(context);
      context.response = await exchange(url, request, connections(), story);
    },
    exchange: (url, request, story) => exchange(url, request, connections(), story),
    close() {
      agent.destroy();
    },
  };
}

function readContext(context: Context): { url: string; request: HttpRequest; story: HttpStory } {
  const story = context.middlewareControl?.getMiddlewareOptions(HttpStory) ?? new HttpStory();
  if (!(story instanceof HttpStory)) throw new TypeError('The story of a request is an HttpStory.');
  const { request: url, options } = context;
  const body: unknown = options?.body;
  if (typeof url !== 'string' || (body !== undefined && typeof body !== 'string')) {
    throw new TypeError('Graph is sent text, to a URL.');
  }
  const { signal } = options ?? {};
  const request = {
    method: options?.method ?? 'GET',
    headers: headersOf(options?.headers),
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  };
  return { url, request, story };
}

async function exchange(
  url: string,
  request: HttpRequest,
  agent: Agent,
  story: HttpStory,
): Promise<Response> {
  try {
    return await send(url, request, agent, story);
  } catch (error) {
    story.failure = error;
    throw error;
  }
}

function send(url: string, request: HttpRequest, agent: Agent, story: HttpStory): Promise<Response> {
  const { method, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, {
      agent,
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
      },
      ...(signal ? { signal } : {}),
    });
    outgoing.once('finish', () => {
      story.written = true;
    });
    outgoing.once('response', (answer) => {
      // The status is the answer. What follows only explains it, so its loss is no failure.
      read(answer)
        .then((text) => resolve(responseOf(answer, text)))
        .catch(reject);
    });
    // Stays on: a connection that breaks after the answer reports it here too.
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function headersOf(headers: unknown): Record<string, string> {
  return typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {};
}

/** The body; that of a 202 is empty. */
function read(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode === 202) {
    answer.on('error', () => undefined).resume();
    return Promise.resolve('');
  }
  return new Promise((resolve) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      if (text.length < maxAnswer) text += chunk;
    });
    answer.on('error', () => resolve(text));
    answer.on('close', () => resolve(text));
    answer.on('end', () => resolve(text));
  });
}

function responseOf(answer: IncomingMessage, text: string): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (typeof value === 'string') headers.set(name, value);
  }
  const status = answer.statusCode ?? 0;
  // Response refuses informational statuses and bodies on empty ones (204, 304).
  return new Response([204, 205, 304].includes(status) || text === '' ? null : text, { status, headers });
}
