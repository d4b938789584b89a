/**
 * Graph for the sender and for the look-up: one request to one mailbox, with its token, and the answer as it came. A door; loads
 * Microsoft's client on first use.
 *
 * The client is used with two middlewares, authentication and HTTP, and gives raw responses. Its default chain would post a
 * message again on 429, 503 and 504, which multiplies mail (a 504 commonly comes after the message was taken). Retries belong
 * to the queue.
 */
import { randomUUID } from 'node:crypto';
import type { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { createGraphHttp, HttpStory, type GraphHttp } from './graph-http.ts';
import { explainNetworkError } from './network-errors.ts';
import { replaceToken } from './token-renewal.ts';
import type { TokenResult, TokenSource } from './transport.ts';

/** What the client is made of. */
export interface GraphClientParts {
  readonly config: Pick<Config, 'endpoints'>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** A GUID for `client-request-id`, one per request. */
  readonly newRequestId?: () => string;
}

/** A request to a mailbox. */
export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/users/{mailbox}`, encoded, e.g. `/sendMail`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string;
}

/** What came of a request. */
export type GraphReply =
  | { readonly kind: 'answered'; readonly response: Response; readonly clientRequestId: string }
  | {
      /** No answer came. */
      readonly kind: 'lost';
      readonly clientRequestId: string;
      /** One sentence, with the host. */
      readonly reason: string;
      readonly code?: string;
      /** Whether the request may have reached the server. */
      readonly written: boolean;
    }
  | {
      /** There was no token to ask with. */
      readonly kind: 'no-token';
      readonly outcome: Extract<TokenResult, { ok: false }>['outcome'];
    };

/** The door. */
export interface GraphClient {
  /** Asks. Resolves for everything the wire can do; a refused token is renewed once. */
  ask(mailbox: string, request: GraphRequest, signal: AbortSignal): Promise<GraphReply>;
  /**
   * A request to an upload session, which has a URL of its own and takes no token: with bytes a PUT of a range, without them a
   * question for the state.
   *
   * @param range `Content-Range` of the bytes.
   */
  session(
    url: string,
    signal: AbortSignal,
    upload?: { readonly bytes: Buffer; readonly range: string },
  ): Promise<Exclude<GraphReply, { kind: 'no-token' }>>;
  /** Closes idle connections. */
  close(): void;
}

/** The loaded client and what it needs for each request. */
interface Loaded {
  readonly client: Client;
  readonly raw: ResponseType;
  /** The options of one request: its token and its story. */
  readonly options: (accessToken: string, story: HttpStory) => object[];
}

/** Creates the door. Nothing is loaded or connected before the first request. */
export function createGraphClient(parts: GraphClientParts): GraphClient {
  const { config, tokens, clock, newRequestId = randomUUID } = parts;
  const { graphUrl, graphResource } = config.endpoints;
  const scope = `${graphResource}/.default`;
  const http = createGraphHttp(clock);
  let loading: Promise<Loaded> | undefined;

  const once = async (
    mailbox: string,
    request: GraphRequest,
    accessToken: string,
    signal: AbortSignal,
  ): Promise<Exclude<GraphReply, { kind: 'no-token' }>> => {
    loading ??= load(graphUrl, http);
    const { client, raw, options } = await loading;
    const clientRequestId = newRequestId();
    const story = new HttpStory();
    try {
      const prepared = client
        // The client cuts a path at # and ?, both of which occur in the names of guests.
        .api(`/users/${encodeURIComponent(mailbox)}${request.path}`)
        .headers({ ...request.headers, 'client-request-id': clientRequestId, 'User-Agent': 'Postrider' })
        .middlewareOptions(options(accessToken, story))
        .responseType(raw)
        .option('signal', signal);
      const { method, body = '' } = request;
      const response: unknown = await (method === 'POST'
        ? prepared.post(body)
        : method === 'GET'
          ? prepared.get()
          : prepared.delete());
      if (!(response instanceof Response)) throw new TypeError('Graph gave no raw response.');
      return { kind: 'answered', response, clientRequestId };
    } catch (error) {
      if (story.failure === undefined) throw error;
      return lost(story, graphUrl, clientRequestId, signal);
    }
  };

  return {
    async ask(mailbox, request, signal) {
      const token = await tokens.token(scope);
      if (!token.ok) return { kind: 'no-token', outcome: token.outcome };
      const reply = await once(mailbox, request, token.accessToken, signal);
      if (reply.kind !== 'answered' || reply.response.status !== 401) return reply;
      // A 401 has certainly done nothing. The token may have been revoked, or the key behind it rolled: one new one, one more try.
      const renewed = await replaceToken(tokens, scope, token.accessToken);
      if (renewed === 'same') return reply;
      if (!renewed.ok) return { kind: 'no-token', outcome: renewed.outcome };
      return await once(mailbox, request, renewed.accessToken, signal);
    },

    async session(url, signal, upload) {
      const clientRequestId = newRequestId();
      const story = new HttpStory();
      try {
        const response = await http.exchange(
          url,
          {
            method: upload ? 'PUT' : 'GET',
            headers: {
              'User-Agent': 'Postrider',
              'client-request-id': clientRequestId,
              ...(upload
                ? { 'Content-Type': 'application/octet-stream', 'Content-Range': upload.range }
                : {}),
            },
            ...(upload ? { body: upload.bytes } : {}),
            signal,
          },
          story,
        );
        return { kind: 'answered', response, clientRequestId };
      } catch (error) {
        if (story.failure === undefined) throw error;
        return lost(story, url, clientRequestId, signal);
      }
    },

    close() {
      http.close();
    },
  };
}

async function load(graphUrl: string, http: GraphHttp): Promise<Loaded> {
  const library = await import('@microsoft/microsoft-graph-client');
  const { AuthenticationHandler, AuthenticationHandlerOptions, Client, ResponseType } = library;
  // Every request brings its own token; a provider of the chain would be asked when it is not known which token was refused.
  const nobody = { getAccessToken: () => Promise.reject(new TypeError('A request came without its token.')) };
  const client = Client.initWithMiddleware({
    baseUrl: graphUrl,
    // The chain adds the token only for hosts it knows, and sends without one to the others, silently.
    customHosts: new Set([new URL(graphUrl).hostname]),
    middleware: [new AuthenticationHandler(nobody), http],
  });
  return {
    client,
    raw: ResponseType.RAW,
    options: (accessToken, story) => [
      new AuthenticationHandlerOptions({ getAccessToken: () => Promise.resolve(accessToken) }),
      story,
    ],
  };
}

function lost(
  story: HttpStory,
  url: string,
  clientRequestId: string,
  signal: AbortSignal,
): Extract<GraphReply, { kind: 'lost' }> {
  const cause = signal.aborted ? signal.reason : story.failure;
  const { reason, code, beforeRequest } = explainNetworkError(cause, new URL(url).host);
  const written = story.written && !beforeRequest;
  return { kind: 'lost', clientRequestId, reason, ...(code === undefined ? {} : { code }), written };
}
