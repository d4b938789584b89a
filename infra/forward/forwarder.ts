/**
 * `postrider forward`: a post box in the local network, for devices that cannot do TLS or cannot reach the internet. It takes their
 * requests at once, keeps them on the disk, and hands them to the bridge in their order when it can.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDelivery } from './delivery.ts';
import { createIntake, privateNetworks } from './intake.ts';
import type { Note } from './note.ts';
import { handedOn } from './parcel.ts';
import { openSpool } from './spool.ts';

/** What the command line says. */
export interface ForwarderOptions {
  readonly host: string;
  readonly port: number;
  readonly to: URL;
  readonly keyFile: string;
  readonly spool: string;
  /** Networks whose requests are taken; the private ones when empty. */
  readonly allow: readonly string[];
  /** More headers to hand on. */
  readonly headers: readonly string[];
  /** In bytes. */
  readonly maxBody: number;
  /** In bytes. */
  readonly maxSpool: number;
}

/** A running forwarder. */
export interface Forwarder {
  readonly port: number;
  /** Takes nothing more, hands on what it can within some milliseconds, and leaves the rest in the spool. */
  stop(milliseconds: number): Promise<void>;
}

/** Starts. @throws Error when the address or the spool is taken, or the disk fails. */
export async function startForwarder(options: ForwarderOptions, note: Note): Promise<Forwarder> {
  const { host, to, keyFile, maxBody, allow, headers } = options;
  await mkdir(options.spool, { recursive: true, mode: 0o700 });
  const lock = await lockSpool(options.spool);
  try {
    const spool = await openSpool(options.spool, options.maxSpool);
    const delivery = startDelivery({ spool, to, keyFile, note });
    const server = createIntake({
      spool,
      allow: allow.length > 0 ? allow : privateNetworks,
      headers: [...handedOn, ...headers],
      maxBody,
      note,
      kept: () => delivery.wake(),
    });
    try {
      server.listen(options.port, host);
      await once(server, 'listening');
    } catch (error) {
      await delivery.drain(0);
      throw error;
    }
    const { port } = server.address() as AddressInfo;
    note('info', 'listening', { host, port, to: to.origin, waiting: spool.count });
    return {
      port,
      async stop(milliseconds) {
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        const late = setTimeout(() => server.closeAllConnections(), milliseconds);
        await delivery.drain(milliseconds);
        await closed;
        clearTimeout(late);
        lock.close();
        note('info', 'stopped', { waiting: spool.count });
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Two forwarders over one spool would send in no order. The lock is a socket, which dies with its process: a file would outlive a power
 * cut.
 */
async function lockSpool(folder: string, retry = true): Promise<Server> {
  const hash = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 24);
  const name = `postrider-forward-${hash}`;
  const address =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\${name}`
      : process.platform === 'linux'
        ? `\0${name}`
        : path.join(tmpdir(), name);
  const server = createServer((socket) => socket.destroy());
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (!retry || (await answers(address))) {
      throw new Error(`the spool ${folder} is used by another forwarder`, { cause: error });
    }
    // Where sockets are files, one may be left of a process that died.
    await rm(address);
    return await lockSpool(folder, false);
  }
  server.unref();
  return server;
}

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
