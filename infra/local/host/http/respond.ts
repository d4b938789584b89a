import type { ServerResponse } from 'node:http';
import type { InvocationResponse } from '../rpc.ts';
import { setCookie } from './cookie.ts';

/** Sends a short answer of the host itself. */
export function answer(
  response: ServerResponse,
  status: number,
  body = '',
  type = 'text/plain; charset=utf-8',
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (body) response.setHeader('content-type', type);
  response.statusCode = status;
  response.end(body);
}

/**
 * Sends what the function returned: nothing is 204, else status, headers, cookies and the body's bytes as they are.
 * Throws on a status or header that HTTP does not allow; the caller turns that into a 500.
 */
export function respond(response: ServerResponse, invocation: InvocationResponse): void {
  const http = invocation.returnValue?.http;
  if (!http) {
    answer(response, 204);
    return;
  }
  const headers: string[] = [];
  for (const [name, value] of Object.entries(http.headers ?? {})) headers.push(name, value);
  for (const cookie of http.cookies ?? []) headers.push('set-cookie', setCookie(cookie));
  const bytes = http.body?.bytes;
  const body = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  const status = Number(http.statusCode ?? 200);
  const length = body?.length ?? 0;
  const bodiless = status < 200 || status === 204 || status === 304;
  if (!bodiless && !http.headers?.['content-length']) headers.push('content-length', String(length));
  response.writeHead(status, headers);
  response.end(length > 0 ? body : undefined);
}
