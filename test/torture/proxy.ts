/**
 * A TCP proxy that can be a bad network: slow, narrow, cut, reset, half open. It knows nothing of what it carries, so TLS passes
 * through. It listens on 127.0.0.1; a client that checks host names connects to `localhost`, which the simulators' certificates name.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';

/** A running proxy. Every change holds for what is sent from then on. */
export interface FaultProxy {
  readonly port: number;
  /** Milliseconds that every piece waits, in each direction; 0 for none. */
  latency: number;
  /** Bytes a second and direction of one connection; 0 for no limit. */
  bandwidth: number;
  /** Ends all connections: by FIN, or by RST where bytes are under way. */
  cut(): void;
  /** Ends all connections by RST. */
  reset(): void;
  /**
   * What the peers of all connections send is swallowed and neither learns of it, as when a router forgets them. Connections made
   * later work. Undone by the peers' own time limits only.
   */
  halfOpen(): void;
  /** Whether the client of some connection has waited this long for a word, after it has sent something itself. */
  isWaiting(milliseconds: number): boolean;
  stop(): Promise<void>;
}

/** One connection: its two sockets, and what has moved on it. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  swallow: boolean;
  clientSpoke: number;
  serverSpoke: number;
}

/** Starts a proxy in front of a port of this machine. */
export async function startFaultProxy(upstreamPort: number): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  const both = (act: (socket: Socket) => void): void => {
    for (const { client, server } of pairs) {
      act(client);
      act(server);
    }
  };
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, server, swallow: false, clientSpoke: 0, serverSpoke: 0 };
    pairs.add(pair);
    carry(pair, client, server, proxy, () => (pair.clientSpoke = performance.now()));
    carry(pair, server, client, proxy, () => (pair.serverSpoke = performance.now()));
    client.once('close', () => pairs.delete(pair));
  });
  const { port, stop } = await listen(listener);
  const proxy: FaultProxy = {
    port,
    latency: 0,
    bandwidth: 0,
    cut: () => both((socket) => socket.destroy()),
    reset: () => both((socket) => socket.resetAndDestroy()),
    halfOpen() {
      for (const pair of pairs) pair.swallow = true;
    },
    isWaiting(milliseconds) {
      const limit = performance.now() - milliseconds;
      return [...pairs].some(
        ({ clientSpoke, serverSpoke }) => serverSpoke < clientSpoke && clientSpoke < limit,
      );
    },
    async stop() {
      proxy.cut();
      await stop();
    },
  };
  return proxy;
}

/** Carries what `from` sends to `to`, in order, at the pace that the proxy is set to. */
function carry(pair: Pair, from: Socket, to: Socket, pace: FaultProxy, spoke: () => void): void {
  let last: Promise<unknown> | undefined;
  const after = (act: () => void, milliseconds: number): void => {
    if (last === undefined && milliseconds === 0) return act();
    const mine = (last ?? Promise.resolve())
      .then(() => (milliseconds > 0 ? sleep(milliseconds) : undefined))
      .then(act);
    last = mine;
    void mine.finally(() => {
      if (last === mine) last = undefined;
    });
  };
  from.on('data', (piece: Buffer) => {
    if (pair.swallow) return;
    spoke();
    const narrow = pace.bandwidth > 0 ? (piece.length / pace.bandwidth) * 1000 : 0;
    after(() => {
      if (!pair.swallow) to.write(piece);
    }, pace.latency + narrow);
  });
  from.on('error', () => undefined);
  from.once('end', () => {
    if (!pair.swallow) after(() => to.end(), 0);
  });
  from.once('close', () => {
    // A client that has gone takes the other side along even where nothing is carried any more: it would stay for ever.
    if (!pair.swallow || from === pair.client) after(() => to.destroy(), 0);
  });
}
