/**
 * Takes requests of devices, writes them to the disk and says 200. What becomes of them there is none of the device's business: it can
 * do no more than repeat, and would repeat what has been kept.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { liesIn, parseAddress } from '../../shared/access/network.ts';
import { readIdempotencyKey } from '../../shared/submission/idempotency.ts';
import type { Note } from './note.ts';
import { targetOf, type Parcel } from './parcel.ts';
import type { Spool } from './spool.ts';

/** What taking needs. */
export interface IntakeParts {
  readonly spool: Spool;
  /** Networks whose requests are taken. */
  readonly allow: readonly string[];
  /** Headers that are handed on, lower case. */
  readonly headers: readonly string[];
  readonly maxBody: number;
  readonly note: Note;
  /** Told when something has been kept. */
  readonly kept: () => void;
}

/** Networks that a device can be in without anybody's having opened a door. */
export const privateNetworks: readonly string[] = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fe80::/10',
  'fc00::/7',
];

/** An answer: status, and a sentence about it. */
type Answer = readonly [status: number, detail: string, retryAfter?: number];

/** Makes the server; the caller has it listen. */
export function createIntake(parts: IntakeParts): Server {
  const server = createServer(
    // Small devices speak HTTP of their own making, and slowly.
    { requireHostHeader: false, requestTimeout: 60_000, headersTimeout: 30_000 },
    (request, response) => {
      take(parts, request)
        .then((answer) => say(request, response, answer))
        .catch((error: unknown) => {
          // Of a device that hung up there is nothing to say.
          if (request.destroyed && !request.complete) return;
          parts.note('error', 'disk', { reason: (error as Error).message });
          say(request, response, [507, 'The request could not be written to the disk.', 60]);
        });
    },
  );
  return server;
}

async function take(parts: IntakeParts, request: IncomingMessage): Promise<Answer> {
  const { spool, allow, maxBody, note } = parts;
  const { method = '', url = '', socket } = request;
  const address = parseAddress((socket.remoteAddress ?? '').replace(/%.*$/, ''));
  if (!liesIn(address, allow)) {
    note('warn', 'turned-away', { address: socket.remoteAddress ?? '' });
    return [403, 'Requests from your address are not taken; --allow says whose are.'];
  }
  // A page in somebody's browser must not send mail by calling an address of the local network.
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || (site !== undefined && !['none', 'same-origin'].includes(site))) {
    return [403, 'Requests of web pages are not taken.'];
  }
  if (!['GET', 'POST', 'PUT'].includes(method)) return [405, 'Use GET, POST or PUT.'];
  const target = targetOf(url);
  if (target === undefined) return [400, 'Ask for a path; this is no proxy.'];
  const body = await readWhole(request, maxBody);
  if (!body) return [413, `A body may have ${maxBody} bytes.`];
  const parcel = parcelOf(request, { method, target, body, headers: parts.headers });
  if (!(await spool.add(parcel))) {
    note('error', 'full', { waiting: spool.count });
    return [507, 'The spool is full.', 60];
  }
  note('info', 'kept', { key: parcel.key, method, path: target.split('?')[0] ?? '', bytes: body.length });
  parts.kept();
  return [200, parcel.key];
}

function parcelOf(
  { headers: given }: IncomingMessage,
  { headers, ...rest }: Pick<Parcel, 'method' | 'target' | 'body'> & { headers: readonly string[] },
): Parcel {
  const kept = headers.flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [[name, [value].flat().join(', ')] as const];
  });
  const own = readIdempotencyKey([given['idempotency-key']].flat()[0]);
  return {
    key: (own.ok ? own.value : undefined) ?? randomUUID(),
    at: new Date().toISOString(),
    headers: Object.fromEntries(kept),
    ...rest,
  };
}

/** The body; undefined when it is too large. Rejects when the device hangs up before its end. */
async function readWhole(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to its end all the same: who is cut off in the middle hears no answer.
    if (size > most) chunks.length = 0;
    else chunks.push(chunk);
  }
  return size > most ? undefined : Buffer.concat(chunks);
}

function say(request: IncomingMessage, response: ServerResponse, [status, detail, retryAfter]: Answer): void {
  if (response.headersSent) return;
  const body = JSON.stringify(status === 200 ? { status: 'kept', key: detail } : { status, detail });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    // What of the request has not been read would be taken for the next one.
    ...(request.complete ? {} : { connection: 'close' }),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(body);
  request.resume();
}
