/**
 * Posts webhooks. A door: resolves the name itself, looks at every address, and connects to what it has looked at, so that a name
 * cannot mean one thing when it is checked and another when it is called (DNS rebinding). Redirects are not followed, and the answer's
 * body is thrown away.
 */
import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../platform/clock.ts';
import { parseRetryAfter } from '../platform/retry-after.ts';
import { isPublicAddress, literalAddress, readWebhookUrl } from './webhook-address.ts';

/** What came of a request. */
export type WebhookAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer; `reason` names no address. */
  | { readonly kind: 'failure'; readonly reason: string };

/** Posts a JSON body. Never throws. */
export interface WebhookClient {
  (
    request: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    signal: AbortSignal,
  ): Promise<WebhookAnswer>;
}

/** An address that a name has. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Finds all addresses of a name. Rejects when it has none. */
export interface Resolve {
  (hostname: string): Promise<readonly ResolvedAddress[]>;
}

/** Asks the system's resolver. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** How long a receiver may take to answer, in milliseconds (Standard Webhooks: 15 to 30 s). */
export const webhookTimeout = 15_000;

/** Bytes of an answer's body that are read, and dropped, before the connection is cut. */
const bodyLimit = 16 * 1024;

/** @param parts.allowPrivate whether addresses of our own network may be called. */
export function createWebhookClient(parts: {
  readonly allowPrivate: boolean;
  readonly clock: Clock;
  readonly resolve: Resolve;
}): WebhookClient {
  const { allowPrivate, clock, resolve } = parts;

  return async ({ url: text, headers, body }, signal) => {
    const read = readWebhookUrl(text, allowPrivate);
    if (!read.ok) return { kind: 'failure', reason: read.reason };
    try {
      const literal = literalAddress(read.url);
      // A literal was looked at by readWebhookUrl, and Node resolves none.
      const addresses =
        literal === undefined
          ? await orAbort(resolve(read.url.hostname), signal)
          : [{ address: literal, family: isIP(literal) }];
      if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        return {
          kind: 'failure',
          reason: 'The name leads to an address that is not on the public internet.',
        };
      }
      const response = await exchange(read.url, addresses, { headers, body, signal });
      drop(response);
      const retryAfterSeconds = parseRetryAfter(response.headers['retry-after'], clock.now());
      return {
        kind: 'answer',
        status: response.statusCode ?? 0,
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      };
    } catch (error) {
      return { kind: 'failure', reason: reasonOf(error, signal) };
    }
  };
}

function exchange(
  url: URL,
  addresses: readonly ResolvedAddress[],
  request: { headers: Readonly<Record<string, string>>; body: string; signal: AbortSignal },
): Promise<IncomingMessage> {
  const checked: LookupFunction = (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
  const start = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const outgoing = start(url, {
      method: 'POST',
      lookup: checked,
      // A connection of its own: one from a pool may have been opened to an address that nobody looked at.
      agent: false,
      signal: request.signal,
      headers: {
        ...request.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(request.body),
        'user-agent': 'Postrider-Webhooks/1',
      },
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

function drop(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bodyLimit) response.destroy();
  });
}

function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'The receiver did not answer in time.';
  const { code, name } = error as NodeJS.ErrnoException;
  return `The receiver could not be reached (${code ?? name}).`;
}
