/** From an HTTP request to a call, and from an answer back to HTTP: the dress that all three services wear. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StorageService } from './operation.ts';
import { REFUSALS, type Refusal } from './refusal.ts';
import type { Answer } from './service.ts';
import { document, elements } from './xml.ts';

export const ACCOUNT = 'devstoreaccount1';

/** Any signature of the account will do; what counts is that the client signs. */
export const isSigned = ({ headers }: IncomingMessage): boolean =>
  new RegExp(`^SharedKey(?:Lite)? ${ACCOUNT}:\\S+$`).test(headers.authorization ?? '');

/** Sends an answer, or the refusal in the form of the service: JSON of OData for tables, XML for the others. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers = {}, body = '' }: Answer,
): void {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const clientRequestId = request.headers['x-ms-client-request-id'];
  const length = status === 204 ? [] : [['content-length', String(Buffer.byteLength(body))]];
  response.writeHead(
    status,
    Object.fromEntries([
      ['server', 'Postrider-Storage-Simulator'],
      ['x-ms-request-id', randomUUID()],
      ['x-ms-version', request.headers['x-ms-version'] ?? '2021-12-02'],
      ...(clientRequestId === undefined ? [] : [['x-ms-client-request-id', clientRequestId]]),
      ...length,
      // The length of what a HEAD would have given, for example.
      ...given,
    ]),
  );
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function refusalAnswer(service: StorageService, { refused }: Refusal, now: number): Answer {
  const [status, sentence] = REFUSALS[refused];
  const message = `${sentence}\nTime:${new Date(now).toISOString()}`;
  const headers = { 'x-ms-error-code': refused };
  if (service === 'table') {
    const error = { code: refused, message: { lang: 'en-US', value: message } };
    const type = 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8';
    return {
      status,
      headers: { ...headers, 'content-type': type },
      body: JSON.stringify({ 'odata.error': error }),
    };
  }
  const body = document('Error', elements({ Code: refused, Message: message }));
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body };
}
