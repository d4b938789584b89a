/**
 * A pretend Microsoft Graph over HTTPS, as far as `sendMail` goes: JSON and MIME, real verification of the token, the
 * limits and refusals of Outlook's service, the headers of the real answers, and programmable faults.
 *
 * Its usual path is kept cheap (verified tokens are remembered, MIME is built when somebody looks), because benchmarks
 * compare senders against it.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { answerEmpty, answerJson, resetter } from './answer.ts';
import type { Authority } from './authority.ts';
import type { TokenClaims, TokenVerdict } from './entra/tokens.ts';
import type { FaultScript } from './faults.ts';
import { openMailbox, readToken } from './graph/access.ts';
import { errorBody, GRAPH, OVERSIZE, type ErrorFacts, type Refusal } from './graph/errors.ts';
import { answerStatusFault, type GraphFault } from './graph/faults.ts';
import { MailIntake } from './graph/intake.ts';
import { MailboxDirectory, type Mailbox } from './graph/mailboxes.ts';
import { readRoute } from './graph/route.ts';
import { listen, readBody } from './listening.ts';
import type { MailStore } from './mail-store.ts';

/** What may be changed while the simulator runs; it holds for the next request. */
export interface GraphSettings {
  /** Requests of one app that may be in flight together, over all mailboxes; default 4, as documented. */
  concurrency: number;
  /** `Retry-After` of the 429 for too many at once, default `2.128` (the fraction is Microsoft's own sample). */
  retryAfter: string;
  /** Milliseconds every accepted mail takes, default 0. */
  latency: number;
  /** Which of the reported answers a request over 4 MB gets, default `entity` (413). */
  oversize: keyof typeof OVERSIZE;
}

export interface GraphOptions {
  readonly authority: Authority;
  readonly store: MailStore;
  readonly faults: FaultScript<GraphFault>;
  /** Verifies an access token for the audience `https://graph.microsoft.com`. */
  readonly verifyToken: (token: string) => Promise<TokenVerdict>;
  readonly mailboxes: readonly Mailbox[];
  readonly settings?: Partial<GraphSettings>;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Milliseconds since 1970; default: the real time. */
  readonly now?: () => number;
}

/** Counters over the simulator's life. */
interface GraphCounts {
  /** Requests of any kind. */
  readonly requests: number;
  /** Refused because too many were in flight. */
  readonly throttled: number;
  /** The most requests with a good token that were in flight at once, the throttled ones not counted. */
  readonly peak: number;
}

export interface GraphSimulator {
  /** `https://localhost:<port>`, without a slash at the end. */
  readonly url: string;
  readonly settings: GraphSettings;
  readonly mailboxes: MailboxDirectory;
  readonly counts: GraphCounts;
  stop(): Promise<void>;
}

/** 4 MB, the limit of any Graph request. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** The server that answered, as the real header tells it. */
const DIAGNOSTIC = JSON.stringify({
  ServerInfo: {
    DataCenter: 'West Europe',
    Slice: 'E',
    Ring: '5',
    ScaleUnit: '000',
    RoleInstance: 'AM0PEPF00000000',
  },
});

interface Exchange extends ErrorFacts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: OutgoingHttpHeaders;
}

export async function startGraph(options: GraphOptions): Promise<GraphSimulator> {
  const { authority, store, faults, verifyToken, now = Date.now } = options;
  const settings: GraphSettings = {
    concurrency: 4,
    retryAfter: '2.128',
    latency: 0,
    oversize: 'entity',
    ...options.settings,
  };
  const mailboxes = new MailboxDirectory(options.mailboxes);
  const intake = new MailIntake(store);
  const counts = { requests: 0, throttled: 0, peak: 0 };
  const inFlight = new Map<string, number>();
  let unknownUsers = 0;

  const unknownUser = (user: string): Refusal => {
    unknownUsers += 1;
    return unknownUsers % 2 === 1 ? GRAPH.invalidUser(user) : GRAPH.resourceNotFound;
  };

  /** Takes one of the app's places; undefined when none is left. The result gives the place back. */
  const takePlace = (app: string): (() => void) | undefined => {
    const taken = inFlight.get(app) ?? 0;
    if (taken >= settings.concurrency) {
      counts.throttled += 1;
      return undefined;
    }
    inFlight.set(app, taken + 1);
    counts.peak = Math.max(counts.peak, taken + 1);
    let given = false;
    return () => {
      if (!given) inFlight.set(app, (inFlight.get(app) ?? 1) - 1);
      given = true;
    };
  };

  const serveMail = async (exchange: Exchange, user: string, claims: TokenClaims): Promise<void> => {
    const { request, response, headers } = exchange;
    const address = mailboxes.find(user)?.address ?? user;
    const fault = faults.next((one) => one.mailbox === undefined || one.mailbox === address);
    if (fault?.kind === 'status') return answerStatusFault(response, fault, exchange, headers);
    if (fault?.kind === 'reset-before') return reset(request);
    if (fault?.kind === 'hang' && fault.accepted !== true) return undefined;

    const opened = openMailbox(user, claims, mailboxes, unknownUser);
    if (!opened.ok) return refuse(exchange, opened.refusal);
    const reading = await readBody(request, BODY_LIMIT);
    if (!reading.ok) {
      // Nobody is left to be answered after an abort.
      return reading.reason === 'aborted' ? undefined : refuse(exchange, OVERSIZE[settings.oversize]);
    }
    // After the body: a client that gives up while waiting cannot take back what it has sent.
    const wait = settings.latency + (fault?.kind === 'slow' ? fault.ms : 0);
    if (wait > 0) await pause(wait);
    const refusal = intake.take(opened.mailbox, request.headers['content-type'], reading.body, exchange);
    if (refusal !== undefined) return refuse(exchange, refusal);

    switch (fault?.kind) {
      case 'accept-then-status':
        return answerStatusFault(response, fault, exchange, headers);
      case 'reset-after-accept':
        return reset(request);
      case 'hang':
        return undefined;
      case 'accept-with-retry-after':
        return answerEmpty(response, 202, { ...headers, 'Retry-After': fault.retryAfter });
      case 'slow':
      case undefined:
        return answerEmpty(response, 202, headers);
    }
  };

  const serve = async (exchange: Exchange): Promise<void> => {
    const { request, response } = exchange;
    const token = await readToken(request.headers.authorization, verifyToken);
    if (!token.ok) return refuse(exchange, token.refusal, { 'WWW-Authenticate': 'Bearer realm=""' });
    const route = readRoute(request.method ?? '', request.url ?? '');
    if (!route.ok) return refuse(exchange, route.refusal);
    const leave = takePlace(token.claims.appid ?? '');
    if (leave === undefined) {
      return refuse(exchange, GRAPH.throttled, { 'Retry-After': settings.retryAfter });
    }
    // A request that hangs is in flight until the client gives up.
    response.once('close', leave);
    await serveMail(exchange, route.user, token.claims);
    if (response.writableEnded) leave();
    return undefined;
  };

  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const server = createServer(certificate, (request, response) => {
    counts.requests += 1;
    const requestId = randomUUID();
    const given = request.headers['client-request-id'];
    const clientRequestId = typeof given === 'string' && given !== '' ? given : requestId;
    const headers = {
      'Cache-Control': 'private',
      'Strict-Transport-Security': 'max-age=31536000',
      'request-id': requestId,
      'client-request-id': clientRequestId,
      'x-ms-ags-diagnostic': DIAGNOSTIC,
    };
    serve({ request, response, headers, requestId, clientRequestId, now: now() }).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const reset = resetter(server);
  const door = await listen(server, options.port ?? 0);
  return { url: `https://localhost:${door.port}`, settings, mailboxes, counts, stop: () => door.stop() };
}

function refuse(exchange: Exchange, refusal: Refusal, headers: OutgoingHttpHeaders = {}): void {
  const body = errorBody(refusal.code, refusal.message, exchange);
  const all = { ...exchange.headers, ...headers, 'Content-Type': 'application/json' };
  answerJson(exchange.response, refusal.status, body, all);
}
