/** Ways to answer an HTTP request, the rude ones included: used by every simulator that speaks HTTP. */
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': headers['Content-Type'] ?? 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The page that a gateway in front of the service shows when the service itself is gone. */
export function answerHtml(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'text/html',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function answerEmpty(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0 });
  response.end();
}

/**
 * Returns a function that cuts a request's connection with a TCP reset. It has to know the connections from their
 * beginning: a TLS socket can only be closed politely, the reset belongs to the plain socket under it.
 */
export function resetter(server: Server | SecureServer): (request: IncomingMessage) => void {
  const sockets = new Map<number, Socket>();
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once('close', () => {
      sockets.delete(remotePort);
    });
  });
  return (request) => {
    sockets.get(request.socket.remotePort ?? -1)?.resetAndDestroy();
    request.socket.destroy();
  };
}
