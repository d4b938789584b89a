/** One service on one port: the way of a request from its first byte to the answer, faults included. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, readBody, type Listening } from '../listening.ts';
import type { StorageFaults } from './faults.ts';
import { readTarget, type StorageService } from './operation.ts';
import { isRefusal, refuse, type RefusalCode } from './refusal.ts';
import type { State } from './state.ts';
import { ACCOUNT, isSigned, refusalAnswer, send } from './wire.ts';

export interface ServerOptions {
  readonly service: StorageService;
  readonly port: number;
  readonly state: State;
  readonly faults: StorageFaults;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told the name of every request's operation, whatever becomes of it. */
  readonly count: (name: string) => void;
}

/** https://learn.microsoft.com/rest/api/storageservices/put-blob and the pages of the others; a queue's message is below anyway. */
const BODY_LIMIT: Readonly<Record<StorageService, number>> = {
  blob: 512 * 1024 * 1024,
  queue: 512 * 1024,
  table: 4 * 1024 * 1024,
};

/** @throws the system's error when the port cannot be had. */
export function startServer(options: ServerOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    // The disk failed: what happened is unknown, so that no answer is right.
    serve(options, request, response).catch(() => request.socket.destroy());
  });
  return listen(server, options.port);
}

async function serve(
  { service, state, faults, now, count }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = (code: RefusalCode): void =>
    send(request, response, refusalAnswer(service, refuse(code), now()));
  const { method = '', url = '/', headers } = request;
  const reading = readBody(request, BODY_LIMIT[service]);
  const target = readTarget(service, method, url, headers);
  count(target?.name ?? method);
  const body = await reading;
  if (!body.ok) return body.reason === 'aborted' ? undefined : refused('RequestBodyTooLarge');
  if (target === undefined) return refused('InvalidResourceName');
  if (!isSigned(request)) return refused('AuthenticationFailed');
  const { operation } = target;
  if (operation === undefined) return refused('NotImplemented');

  const { delayMs, by: fault } = faults.strike(service, operation);
  if (delayMs > 0) await sleep(delayMs);
  if (fault?.kind === 'hang') return undefined;
  if (fault?.kind === 'cut') return void request.socket.resetAndDestroy();
  if (fault?.kind === 'refuse') return refused(fault.code);
  const call = {
    ...target,
    operation,
    headers,
    body: body.body,
    now: now(),
    account: `http://${headers.host}/${ACCOUNT}`,
    doubles: () => faults.doubles(),
  };
  const answer = state.handle(service, call);
  await state.settled();
  if (fault?.kind === 'lose-answer') return void request.socket.resetAndDestroy();
  return send(request, response, isRefusal(answer) ? refusalAnswer(service, answer, now()) : answer);
}
