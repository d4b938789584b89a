/**
 * The control door of the simulators, for tests in other processes and for the sandbox page: programs faults and reads
 * what was accepted. Plain HTTP on 127.0.0.1, JSON both ways:
 *
 *     GET    /faults/{simulator}   { kinds, pending: [{ fault, left }] }
 *     POST   /faults/{simulator}   one fault or a list of them → 201 with the list of what still waits
 *     DELETE /faults/{simulator}   204
 *     GET    /mails                { accepted, mails: [summary, …] }, newest first; ?limit=n
 *     GET    /mails/{id}           the summary with the Graph JSON and the source as text
 *     GET    /mails/{id}/raw       the bytes, message/rfc822
 *     DELETE /mails                204
 *
 * A mistake is answered with `{ "error": "<one sentence>" }`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerJson } from './answer.ts';
import { UnknownFaultError, type Fault, type FaultKinds, type PendingFault } from './faults.ts';
import { listen, readBody } from './listening.ts';
import type { AcceptedMail, MailStore } from './mail-store.ts';

/** What the door needs of a `FaultScript`, whatever its faults are. */
export interface ProgrammableFaults {
  program(input: unknown): readonly Fault[];
  list(): PendingFault<Fault>[];
  clear(): void;
  kinds(): FaultKinds;
}

export interface ControlOptions {
  readonly store: MailStore;
  /** By the name that stands in the URL. */
  readonly faults: Readonly<Record<string, ProgrammableFaults>>;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
}

export interface ControlDoor {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

const BODY_LIMIT = 64 * 1024;

export async function startControl({ store, faults, port = 0 }: ControlOptions): Promise<ControlDoor> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://control.invalid');
    const [, collection, name = '', part = ''] = url.pathname.split('/');
    if (collection === 'faults') {
      const script = Object.hasOwn(faults, name) ? faults[name] : undefined;
      const names = Object.keys(faults).join(', ');
      if (script === undefined) return refuse(response, 404, `The simulators are: ${names}.`);
      return serveFaults(request, response, script);
    }
    if (collection === 'mails' && name === '') return serveMails(request, response, store, url.searchParams);
    if (collection === 'mails' && (part === '' || part === 'raw')) {
      const mail = store.get(name);
      if (mail === undefined) return refuse(response, 404, `There is no mail "${name}".`);
      return serveMail(request, response, mail, part === 'raw');
    }
    return refuse(response, 404, 'There is nothing here but /faults/{simulator} and /mails.');
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const door = await listen(server, port);
  return { url: `http://127.0.0.1:${door.port}`, stop: () => door.stop() };
}

/** Answers a request for the faults of one script: GET, POST and DELETE as above. */
export async function serveFaults(
  request: IncomingMessage,
  response: ServerResponse,
  script: ProgrammableFaults,
): Promise<void> {
  switch (request.method ?? '') {
    case 'GET':
      return answerJson(response, 200, { kinds: script.kinds(), pending: script.list() });
    case 'DELETE':
      script.clear();
      return answerNothing(response);
    case 'POST':
      return programFaults(request, response, script);
    default:
      return refuseMethod(response, 'GET, POST, DELETE');
  }
}

async function programFaults(
  request: IncomingMessage,
  response: ServerResponse,
  script: ProgrammableFaults,
): Promise<void> {
  // A page on the web can make a browser post text, but not JSON: it shall not reach into a developer's sandbox.
  if (!/^application\/json\b/iu.test(request.headers['content-type'] ?? '')) {
    return refuse(response, 415, 'Send the fault with Content-Type: application/json.');
  }
  const reading = await readBody(request, BODY_LIMIT);
  if (!reading.ok) return refuse(response, 413, 'A list of faults must be smaller than 64 KB.');
  let input: unknown;
  try {
    input = JSON.parse(reading.body.toString('utf8'));
  } catch {
    return refuse(response, 400, 'The body is not JSON.');
  }
  try {
    script.program(input);
  } catch (cause) {
    if (!(cause instanceof UnknownFaultError)) throw cause;
    return refuse(response, 400, cause.message);
  }
  return answerJson(response, 201, { pending: script.list() });
}

function serveMails(
  request: IncomingMessage,
  response: ServerResponse,
  store: MailStore,
  query: URLSearchParams,
): void {
  if (request.method === 'DELETE') {
    store.clear();
    return answerNothing(response);
  }
  if (request.method !== 'GET') return refuseMethod(response, 'GET, DELETE');
  const limit = query.get('limit') ?? '1000';
  if (!/^\d{1,6}$/u.test(limit)) return refuse(response, 400, '"limit" must be a whole number.');
  const mails = store.list().slice(0, Number(limit)).map(summary);
  return answerJson(response, 200, { accepted: store.accepted, mails });
}

function serveMail(
  request: IncomingMessage,
  response: ServerResponse,
  mail: AcceptedMail,
  raw: boolean,
): void {
  if (request.method !== 'GET') return refuseMethod(response, 'GET');
  if (!raw)
    return answerJson(response, 200, {
      ...summary(mail),
      json: mail.json,
      source: mail.mime.toString('utf8'),
    });
  response.writeHead(200, { 'Content-Type': 'message/rfc822', 'Content-Length': mail.mime.length });
  response.end(mail.mime);
  return undefined;
}

/** Everything about a mail but its content. */
function summary(mail: AcceptedMail): Record<string, unknown> {
  const { id, acceptedAt, via, mailbox, envelope, requestId, clientRequestId, serverMessageId } = mail;
  return { id, acceptedAt, via, mailbox, envelope, requestId, clientRequestId, serverMessageId };
}

function answerNothing(response: ServerResponse): void {
  response.writeHead(204);
  response.end();
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  answerJson(response, status, { error: sentence });
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  answerJson(response, 405, { error: `The methods here are ${allowed}.` }, { Allow: allowed });
}
