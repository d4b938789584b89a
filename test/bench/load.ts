/**
 * Load over HTTP on one app, with the processor time that the app took for it.
 *
 * The client speaks HTTP on bare sockets because it shares two cores with what it measures. autocannon was tried: it counts
 * time in whole seconds and takes several times the processor time for a request.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { RunningApp } from './stage.ts';
import { percentile, spread } from './statistics.ts';
import { cpuTime } from './usage.ts';

/** What a burst came to. */
export interface Burst {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of the app's processor time for one request; NaN where it cannot be read. */
  readonly cpu: number;
  /** Requests answered with anything else than a success; 0 unless that was allowed. */
  readonly refused: number;
}

/** What is posted to `/emails`, how often, and over how many connections at once. */
export interface BurstOptions {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends a fresh Idempotency-Key with each request. */
  readonly keyed?: boolean;
  readonly amount: number;
  readonly connections: number;
  /** Default `/emails`. */
  readonly path?: string;
  /** The status of a success; 202 when absent. */
  readonly success?: number;
  /** Counts other answers instead of throwing. For baselines, and for what must be refused. */
  readonly mayRefuse?: boolean;
  /** Is given the head and body of each answer. */
  readonly onAnswer?: (answer: string) => void;
}

/** @throws Error when any answer is no success, unless `mayRefuse`: a rate with failures in it is no rate. */
export async function burst(app: RunningApp, options: BurstOptions): Promise<Burst> {
  const { amount, connections } = options;
  const next = requests(app.url, options);
  const port = Number(new URL(app.url).port);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const times: number[] = [];
  let left = amount;
  let refused = 0;
  const work = async (socket: Socket): Promise<void> => {
    while (left-- > 0) {
      const started = performance.now();
      const answer = await exchange(socket, next());
      times.push(performance.now() - started);
      options.onAnswer?.(answer);
      if (answer.startsWith(`HTTP/1.1 ${options.success ?? 202} `)) continue;
      if (!options.mayRefuse) throw new Error(`The app answered ${answer} ${app.complaints()}`);
      refused += 1;
    }
  };
  const before = cpuTime(app.pid);
  const started = performance.now();
  try {
    await Promise.all(sockets.map(work));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const seconds = (performance.now() - started) / 1000;
  const after = cpuTime(app.pid);
  return {
    rate: amount / seconds,
    p50: spread(times).median,
    p99: percentile(times, 99),
    cpu: before === undefined || after === undefined ? Number.NaN : (after - before) / amount,
    refused,
  };
}

/** Gives request after request as they stand on the wire. */
function requests(
  url: string,
  { body, headers = {}, keyed = false, path = '/emails' }: BurstOptions,
): () => string {
  const own = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(own).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\n${lines.join('')}`;
  const rest = `\r\n${body}`;
  const run = randomBytes(8).toString('hex');
  let sent = 0;
  return () => (keyed ? `${head}idempotency-key: ${run}-${(sent += 1)}\r\n${rest}` : head + rest);
}

/** Writes a request and reads the whole answer, which must carry a Content-Length. */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (error?: Error): void => {
      socket.off('data', read).off('error', done).off('close', closed);
      if (error) reject(error);
      else resolve(text);
    };
    const closed = (): void => done(new Error('The app closed the connection without an answer.'));
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length >= end + 4 + length) done();
    };
    socket.on('data', read).on('error', done).on('close', closed);
    socket.write(request);
  });
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.on('error', reject);
  });
}
