/**
 * A line on which answers get lost: what the bridge has answered does not arrive, as when a connection breaks or a gateway gives up.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A line. */
export interface LossyLine {
  readonly url: string;
  /** What the bridge answered, lost or not, in order. */
  readonly statuses: number[];
  /** Loses the next answer: a 503 arrives in its place, or nothing when the connection is to break. */
  lose(how: 'unavailable' | 'broken'): void;
  stop(): Promise<void>;
}

/** Opens one. Requests go on as they are, the name of the host that the client called included. */
export async function openLossyLine(target: string): Promise<LossyLine> {
  const losses: string[] = [];
  const statuses: number[] = [];
  const server = http.createServer((request, response) => {
    const { method, headers, url } = request;
    const onward = http.request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      statuses.push(answer.statusCode ?? 0);
      const loss = losses.shift();
      if (loss === undefined) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        return;
      }
      answer.resume().on('end', () => {
        if (loss === 'broken') response.destroy();
        else response.writeHead(503, { 'retry-after': '0' }).end();
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    statuses,
    lose: (how) => void losses.push(how),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
