import type { IncomingMessage } from 'node:http';

type Headers = Record<string, { value: string }>;

/**
 * The request's headers as a function on Azure sees them: names in lower case, repeated ones joined by a comma, and
 * those that the App Service front end sets, whatever the client sent under these names:
 * `client-ip` (address and port of the peer), `x-forwarded-proto`, `disguised-host`, `x-arr-log-id`; `x-forwarded-for`
 * keeps what the client sent and gets the peer appended.
 * Source: Things_You_Should_Know/headers.md of github.com/Azure/app-service-linux-docs.
 */
export function requestHeaders(request: IncomingMessage, requestId: string): Headers {
  // Without a prototype: `__proto__` is a legal header name.
  const headers: Headers = Object.create(null);
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    const known = headers[name];
    if (known) known.value += `,${value}`;
    else headers[name] = { value };
  }
  const peer = peerOf(request);
  const sent = headers['x-forwarded-for']?.value;
  headers['x-forwarded-for'] = { value: sent ? `${sent}, ${peer}` : peer };
  headers['client-ip'] = { value: peer };
  headers['x-forwarded-proto'] = { value: 'http' };
  headers['disguised-host'] = { value: request.headers.host ?? '' };
  headers['x-arr-log-id'] = { value: requestId };
  return headers;
}

/** `a.b.c.d:port` or `[v6]:port`; an IPv4 peer of a dual-stack socket is written as IPv4. */
function peerOf({ socket }: IncomingMessage): string {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  return `${address.includes(':') ? `[${address}]` : address}:${socket.remotePort ?? 0}`;
}
