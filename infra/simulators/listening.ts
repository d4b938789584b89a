/** Starting and stopping the simulators' servers, and reading a request's body: what all of them need of node:http. */
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Cuts every open connection, the hanging ones included, and frees the port. */
  stop(): Promise<void>;
}

/**
 * Listens on 127.0.0.1. Port 0 takes a free one.
 * @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had.
 */
export async function listen(server: Server | SecureServer, port: number): Promise<Listening> {
  // The real services keep idle connections for minutes; Node's 5 s would cut a pooled client in mid-air.
  server.keepAliveTimeout = 120_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server has no TCP port.');
  return {
    port: address.port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
        // In Node 24 a TLS connection that a client has just left can vanish from the HTTP server's list while the
        // socket under it stays open for ever, and the server with it.
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** `aborted`: the client went away in the middle. */
export type BodyReading =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly reason: 'too-large' | 'aborted' };

/**
 * Reads the whole body. One that passes `limit` bytes is still read to its end, but not kept: a client that is
 * answered in the middle of its upload often sees a reset connection instead of the answer.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
    });
    request.once('end', () => {
      resolve(
        length > limit
          ? { ok: false, reason: 'too-large' }
          : { ok: true, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) },
      );
    });
    request.once('close', () => {
      resolve({ ok: false, reason: 'aborted' });
    });
  });
}
