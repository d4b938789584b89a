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

/** Characters of an error's body that are read. Real ones have some hundreds. */
const maxErrorBody = 65_536;

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

/** The handler, with its connections. */
export interface GraphHttp extends Middleware {
  close(): void;
}

const newAgent = (): Agent => new Agent({ keepAlive: true, timeout: idleTimeout, scheduling: 'lifo' });

/** Creates a handler that keeps its connections between requests. */
export function createGraphHttp(clock: Clock): GraphHttp {
  let agent = newAgent();
  let lastUse = 0;

  return {
    async execute(context) {
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
      context.response = await exchange(context, agent);
    },
    close() {
      agent.destroy();
    },
  };
}

async function exchange(context: Context, agent: Agent): Promise<Response> {
  const story = context.middlewareControl?.getMiddlewareOptions(HttpStory) ?? new HttpStory();
  if (!(story instanceof HttpStory)) throw new TypeError('The story of a request is an HttpStory.');
  try {
    return await post(context, agent, story);
  } catch (error) {
    story.failure = error;
    throw error;
  }
}

function post(context: Context, agent: Agent, story: HttpStory): Promise<Response> {
  const { request: url, options } = context;
  const body: unknown = options?.body;
  if (typeof url !== 'string' || typeof body !== 'string') {
    throw new TypeError('The Graph transport sends text to a URL.');
  }
  return new Promise((resolve, reject) => {
    const { signal } = options ?? {};
    const outgoing = httpsRequest(url, {
      agent,
      method: options?.method ?? 'POST',
      headers: { ...headersOf(options?.headers), 'Content-Length': Buffer.byteLength(body) },
      ...(signal ? { signal } : {}),
    });
    outgoing.once('finish', () => {
      story.written = true;
    });
    outgoing.once('response', (answer) => {
      // The status is the answer. What follows only explains it, so its loss is no failure.
      void read(answer).then((text) => resolve(responseOf(answer, text)));
    });
    // Stays on: a connection that breaks after the answer reports it here too.
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function headersOf(headers: unknown): Record<string, string> {
  return typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {};
}

/** The body of an error; a success has none that anybody reads. */
function read(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode === 202) {
    answer.on('error', () => undefined).resume();
    return Promise.resolve('');
  }
  return new Promise((resolve) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      if (text.length < maxErrorBody) text += chunk;
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
