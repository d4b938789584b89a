/** A server of the harness on a free port of this machine. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on 127.0.0.1. `stop` waits for connections: whoever has them ends them. */
export async function listen(server: Server): Promise<{ port: number; stop: () => Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
