/**
 * Ports on 127.0.0.1: the usual one where it is free, else another, and a word about it.
 */
import { createServer, type AddressInfo } from 'node:net';

/** The given port if it is free, else one that the system picks. 0 asks for any. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? 0;
}

/** As freePort for several; `say` is told which were taken. */
export async function freePorts(wanted: readonly number[], say: (line: string) => void): Promise<number[]> {
  const ports: number[] = [];
  for (const port of wanted) {
    const free = await freePort(port);
    if (port !== 0 && free !== port) say(`Port ${port} is taken; using ${free} instead.`);
    ports.push(free);
  }
  return ports;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => resolve(got));
    });
  });
}
