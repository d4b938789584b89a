/** A forwarder as its own process, and a bridge that can be taken away. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnvironment } from '../../bare-environment.ts';

const program = path.resolve(import.meta.dirname, '../../../infra/cli/postrider.ts');

/** A request as the bridge got it. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A bridge that writes down what it gets, and answers as it is told. */
export async function startReceiver(port = 0) {
  const got: Got[] = [];
  const receiver = {
    got,
    answer: (_: Got, response: ServerResponse): void => void response.writeHead(200).end('{}'),
    url: '',
    port: 0,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks = await request.toArray().catch(() => undefined);
      if (!chunks) return;
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks as Buffer[]).toString('utf8') };
      got.push(one);
      receiver.answer(one, response);
    })();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}`;
  return receiver;
}

/** A folder with a key, and room for a spool. */
export function makeFolder(key = 'pr_forward_secret') {
  const folder = mkdtempSync(path.join(tmpdir(), 'postrider-forward-'));
  const keyFile = path.join(folder, 'key');
  writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
  return { folder, keyFile, spool: path.join(folder, 'spool') };
}

/** A running `postrider forward`. */
export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  /** Lines of both streams, as JSON. */
  readonly notes: Record<string, unknown>[];
  /** What stands on standard error. */
  readonly errors: () => string;
  /** Ends it. @returns the exit code or the signal. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

const running = new Set<ChildProcess>();

/** Kills whatever is left. */
export const killAll = (): void => running.forEach((child) => void child.kill('SIGKILL'));

/** Starts it, and waits until it listens. Rejects with what it said when it ends before. */
export async function startForward(
  to: string,
  { keyFile, spool }: { keyFile: string; spool: string },
  ...more: string[]
): Promise<Running> {
  const args = [program, 'forward', '--listen', '127.0.0.1:0', '--to', to, '--key-file', keyFile];
  const child = spawn(process.execPath, [...args, '--spool', spool, '--json', ...more], {
    env: bareEnvironment,
  });
  running.add(child);
  const notes: Record<string, unknown>[] = [];
  let err = '';
  const read = (text: string) => {
    for (const line of text.split('\n').filter((one) => one.startsWith('{')))
      notes.push(JSON.parse(line) as Record<string, unknown>);
  };
  const lines = (stream: NodeJS.ReadableStream) => {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      rest += chunk.toString();
      const end = rest.lastIndexOf('\n') + 1;
      read(rest.slice(0, end));
      rest = rest.slice(end);
    });
  };
  lines(child.stdout);
  lines(child.stderr);
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const port = await until(
    () => notes.find(({ event }) => event === 'listening')?.['port'] ?? (isOver() ? 0 : undefined),
  );
  if (isOver()) throw new Error(`ended with ${child.exitCode}: ${err}`);
  return {
    url: `http://127.0.0.1:${Number(port)}`,
    child,
    notes,
    errors: () => err,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const [code, by] = await ended;
      running.delete(child);
      return code ?? by ?? '';
    },
  };
}

/** Waits until something is there. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 1200; tries++) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error('it did not come');
}

/** Posts a text. */
export const post = (
  url: string,
  body: string,
  headers: Record<string, string> = {},
  method: 'POST' | 'DELETE' = 'POST',
) => fetch(url, { method, headers: { 'content-type': 'text/plain', ...headers }, body });
