/**
 * The way to Exchange Online through Graph's `sendMail`. A door; loads Microsoft's client on first use.
 *
 * The client is used with two middlewares, authentication and HTTP, and gives raw responses. Its default chain would post a
 * message again on 429, 503 and 504, which multiplies mail (a 504 commonly comes after the message was taken). Retries belong
 * to the queue.
 */
import { randomUUID } from 'node:crypto';
import type { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { readGraphAnswer } from './graph-answer.ts';
import { composeGraphRequest, type GraphRequestBody } from './graph-request.ts';
import { createGraphHttp, HttpStory, type GraphHttp } from './graph-http.ts';
import { explainNetworkError } from './network-errors.ts';
import type { Outcome } from './outcome.ts';
import { replaceToken } from './token-renewal.ts';
import type { OutgoingMessage, TokenSource, Transport } from './transport.ts';
import { outcomeOf } from './verdict.ts';

/** What the transport is made of. */
export interface GraphParts {
  readonly config: Pick<Config, 'endpoints'>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** A GUID for `client-request-id`, one per request. */
  readonly newRequestId?: () => string;
}

/** The loaded client and what it needs for each request. */
interface Loaded {
  readonly client: Client;
  readonly raw: ResponseType;
  /** The options of one request: its token and its story. */
  readonly options: (accessToken: string, story: HttpStory) => object[];
}

/** Creates the transport. Nothing is loaded or connected before the first message. */
export function createGraphTransport(parts: GraphParts): Transport {
  const { config, tokens, clock, newRequestId = randomUUID } = parts;
  const { graphUrl, graphResource } = config.endpoints;
  const scope = `${graphResource}/.default`;
  const http = createGraphHttp(clock);
  let loading: Promise<Loaded> | undefined;

  const post = async (
    mail: OutgoingMessage,
    body: GraphRequestBody,
    accessToken: string,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    loading ??= load(graphUrl, http);
    const { client, raw, options } = await loading;
    const clientRequestId = newRequestId();
    const story = new HttpStory();
    try {
      const response: unknown = await client
        // The client cuts a path at # and ?, both of which occur in the names of guests.
        .api(`/users/${encodeURIComponent(mail.mailbox)}/sendMail`)
        .headers({
          'Content-Type': body.contentType,
          'client-request-id': clientRequestId,
          'User-Agent': 'Postrider',
        })
        .middlewareOptions(options(accessToken, story))
        .responseType(raw)
        .option('signal', signal)
        .post(body.text);
      if (!(response instanceof Response)) throw new TypeError('Graph gave no raw response.');
      return await readGraphAnswer(response, clientRequestId, clock.now(), body.notCarried);
    } catch (error) {
      if (story.failure === undefined) throw error;
      return lost(story, graphUrl, clientRequestId, signal);
    }
  };

  return {
    name: 'graph',
    async send(mail, signal) {
      const body = await composeGraphRequest(mail);
      if (!body.ok) return body.outcome;
      const token = await tokens.token(scope);
      if (!token.ok) return token.outcome;
      const outcome = await post(mail, body, token.accessToken, signal);
      if (outcome.trace.status !== 401) return outcome;
      // A 401 is certainly not sent. The token may have been revoked, or the key behind it rolled: one new one, one more try.
      const renewed = await replaceToken(tokens, scope, token.accessToken);
      if (renewed === 'same') return outcome;
      return renewed.ok ? await post(mail, body, renewed.accessToken, signal) : renewed.outcome;
    },
    close() {
      http.close();
      return Promise.resolve();
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

/** No answer came. Whether that means "not sent" depends on whether the request had been written. */
function lost(story: HttpStory, graphUrl: string, clientRequestId: string, signal: AbortSignal): Outcome {
  const cause = signal.aborted ? signal.reason : story.failure;
  const { reason, code, beforeRequest } = explainNetworkError(cause, new URL(graphUrl).host);
  const trace = { clientRequestId, ...(code === undefined ? {} : { code }) };
  if (beforeRequest || !story.written) return outcomeOf({ verdict: 'transient', reason }, trace);
  return outcomeOf(
    { verdict: 'unknown', reason: `${reason} The message had been written: it may have been sent.` },
    trace,
  );
}
