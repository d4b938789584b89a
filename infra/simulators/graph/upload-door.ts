/**
 * The second host of the pretend Graph: it takes the ranges of files. Another name and port than Graph's, as the real
 * one, and no Authorization header: the URL is the secret.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { resetter } from '../answer.ts';
import { listen } from '../listening.ts';
import { GRAPH, type Refusal } from './errors.ts';
import { answer, type Exchange, type Reply } from './exchange.ts';
import type { GraphFault, Step } from './faults.ts';
import type { Reception, Visit } from './reception.ts';
import { MAX_RANGE, type ByteRange, type UploadSession, type UploadSessions } from './uploads.ts';

export interface UploadDoorOptions {
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly port: number;
  readonly sessions: UploadSessions;
  readonly reception: Reception;
  /** Makes the exchange of a request and counts it. */
  readonly exchangeOf: (request: IncomingMessage, response: ServerResponse) => Exchange;
}

export interface UploadDoor {
  /** `https://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

const STEPS: Readonly<Record<string, Step>> = { PUT: 'upload', GET: 'read', DELETE: 'delete' };

export async function startUploadDoor(options: UploadDoorOptions): Promise<UploadDoor> {
  const { sessions, reception } = options;

  const putRange = async (
    exchange: Exchange,
    session: UploadSession,
    visit: Visit,
    wait: () => Promise<void>,
    fault: GraphFault | undefined,
  ): Promise<Reply | undefined> => {
    const { request, now } = exchange;
    const range = readContentRange(request.headers['content-range']);
    const breaking = fault?.kind === 'break-range' ? fault : undefined;
    const reading = await readChunks(request, breaking?.after);
    if (reading === undefined) return undefined;
    const { chunks, length } = reading;
    if (breaking !== undefined) {
      const fits =
        range !== undefined && sessions.objection(session, range, range.last - range.first + 1) === undefined;
      if (fits && breaking.kept === true) sessions.append(session, chunks, length, now);
      reset(request);
      return undefined;
    }
    await wait();
    return (
      sessions.objection(session, range, length) ??
      reception.countBytes(visit, length, now) ??
      sessions.append(session, chunks, length, now)
    );
  };

  const serve = async (exchange: Exchange): Promise<void> => {
    const { request, now } = exchange;
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://upload.invalid');
    const id = /\/AttachmentSessions\('([^']+)'\)$/u.exec(decodeURI(pathname))?.[1] ?? '';
    const session = sessions.find(id, now);
    if (session === undefined) return answer(exchange, { ok: false, refusal: GRAPH.itemNotFound });
    const denied = denial(request, session, searchParams);
    if (denied !== undefined) return answer(exchange, { ok: false, refusal: denied });
    const step = STEPS[request.method ?? ''];
    if (step === undefined) return answer(exchange, { ok: false, refusal: GRAPH.methodNotAllowed });
    const visit = { app: session.app, address: session.item.mailbox.address, step };
    return reception.receive(exchange, visit, reset, async (wait, fault) => {
      if (fault?.kind === 'session-gone') {
        sessions.end(session);
        return { ok: false, refusal: GRAPH.itemNotFound };
      }
      if (step === 'upload') return putRange(exchange, session, visit, wait, fault);
      await wait();
      if (step === 'read') return sessions.state(session);
      sessions.end(session);
      return { ok: true, status: 204 };
    });
  };

  const server = createServer(options.certificate, (request, response) => {
    serve(options.exchangeOf(request, response)).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const reset = resetter(server);
  const door = await listen(server, options.port);
  return { url: `https://127.0.0.1:${door.port}`, stop: () => door.stop() };
}

/** The documentation forbids the header: a token for Graph is none for this host. */
function denial(
  request: IncomingMessage,
  session: UploadSession,
  query: URLSearchParams,
): Refusal | undefined {
  if (request.headers.authorization !== undefined) return GRAPH.tokenAudience;
  return query.get('authtoken') === session.authtoken ? undefined : GRAPH.tokenSignature;
}

/** RFC 9110 section 14.4: `bytes 0-4194303/31457280`. */
function readContentRange(value: string | undefined): ByteRange | undefined {
  const match = /^bytes (\d{1,12})-(\d{1,12})\/(\d{1,12})$/u.exec(value ?? '');
  if (match === null) return undefined;
  const [first = 0, last = 0, total = 0] = match.slice(1).map(Number);
  return { first, last, total };
}

/**
 * The body in the pieces in which it came: up to `after` bytes of it, or to its end; of one that is too long only the
 * length is kept. Undefined when the client went away.
 */
async function readChunks(
  request: IncomingMessage,
  after = Number.POSITIVE_INFINITY,
): Promise<{ chunks: Buffer[]; length: number } | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request) {
      const chunk: Buffer = piece.subarray(0, after - length);
      length += chunk.length;
      if (length <= MAX_RANGE) chunks.push(chunk);
      if (length >= after) break;
    }
  } catch {
    return undefined;
  }
  return { chunks, length };
}
