/** One request with its answer, and the ways to end it. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerEmpty, answerJson } from '../answer.ts';
import { errorBody, type ErrorFacts, type Refusal } from './errors.ts';

export interface Exchange extends ErrorFacts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What every answer carries. */
  readonly headers: OutgoingHttpHeaders;
}

/** What a request comes to. A success without `body` is answered with an empty one. */
export type Reply =
  | {
      readonly ok: true;
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: OutgoingHttpHeaders;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly headers?: OutgoingHttpHeaders };

/** @param more headers beside those of the exchange and the reply. */
export function answer(exchange: Exchange, reply: Reply, more: OutgoingHttpHeaders = {}): void {
  const headers = { ...exchange.headers, ...reply.headers, ...more };
  if (!reply.ok) {
    const { status, code, message } = reply.refusal;
    return answerJson(exchange.response, status, errorBody(code, message, exchange), {
      ...headers,
      'Content-Type': 'application/json',
    });
  }
  if (reply.body !== undefined) return answerJson(exchange.response, reply.status, reply.body, headers);
  if (reply.status !== 204) return answerEmpty(exchange.response, reply.status, headers);
  exchange.response.writeHead(204, headers);
  exchange.response.end();
  return undefined;
}
