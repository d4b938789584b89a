/**
 * A pretend Microsoft Graph over HTTPS, as far as sending goes: `sendMail` and the draft flow, JSON and MIME, and the
 * look-up of what was sent; real verification of the token, the limits and refusals of Outlook's service, the headers
 * of the real answers, and programmable faults.
 *
 * Its usual path is kept cheap (verified tokens are remembered, MIME is built when somebody looks), because benchmarks
 * compare senders against it.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { resetter } from './answer.ts';
import type { Authority } from './authority.ts';
import type { TokenVerdict } from './entra/tokens.ts';
import type { FaultScript } from './faults.ts';
import { openMailbox, readToken } from './graph/access.ts';
import { Drafts } from './graph/drafts.ts';
import { GRAPH, OVERSIZE, type Refusal } from './graph/errors.ts';
import { answer, type Exchange } from './graph/exchange.ts';
import type { GraphFault } from './graph/faults.ts';
import { MailIntake } from './graph/intake.ts';
import { MailboxItems } from './graph/items.ts';
import { carryOut } from './graph/mail-api.ts';
import { MailboxDirectory, type Mailbox } from './graph/mailboxes.ts';
import { Reception } from './graph/reception.ts';
import { readRoute } from './graph/route.ts';
import { DEFAULT_SETTINGS, type GraphSettings } from './graph/settings.ts';
import { startUploadDoor } from './graph/upload-door.ts';
import { UploadSessions } from './graph/uploads.ts';
import { listen, readBody } from './listening.ts';
import type { MailStore } from './mail-store.ts';

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
  /** Of the host that takes uploads; 0 (the default) takes a free port. */
  readonly uploadPort?: number;
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
  /**
   * Requests of an app for a mailbox that came before the `Retry-After` of an earlier 429 or 503 for the same two had
   * passed.
   */
  readonly earlyRetries: number;
}

export interface GraphSimulator {
  /** `https://localhost:<port>`, without a slash at the end. */
  readonly url: string;
  /** Where files are uploaded: `https://127.0.0.1:<port>`, without a slash at the end. */
  readonly uploadUrl: string;
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

export async function startGraph(options: GraphOptions): Promise<GraphSimulator> {
  const { authority, store, faults, verifyToken, now = Date.now } = options;
  const settings: GraphSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  const mailboxes = new MailboxDirectory(options.mailboxes);
  const items = new MailboxItems(settings);
  const intake = new MailIntake(store, items, settings);
  const drafts = new Drafts(items, intake);
  const uploads = new UploadSessions(drafts, settings);
  const reception = new Reception(settings, faults);
  const { places } = reception;
  store.subscribe((event) => {
    const mailbox = event.kind === 'added' && event.mail.via === 'smtp' && mailboxes.find(event.mail.mailbox);
    if (mailbox) intake.copy(mailbox, event.mail);
  });
  let requests = 0;
  let unknownUsers = 0;

  const unknownUser = (user: string): Refusal => {
    unknownUsers += 1;
    return unknownUsers % 2 === 1 ? GRAPH.invalidUser(user) : GRAPH.resourceNotFound;
  };

  const serve = async (exchange: Exchange): Promise<void> => {
    const { request } = exchange;
    const token = await readToken(request.headers.authorization, verifyToken);
    if (!token.ok) return answer(exchange, { ...token, headers: { 'WWW-Authenticate': 'Bearer realm=""' } });
    const route = readRoute(request.method ?? '', request.url ?? '');
    if (!route.ok) return answer(exchange, route);
    const { user, step } = route;
    const app = token.claims.appid ?? '';
    const visit = { app, address: mailboxes.find(user)?.address ?? user, step };
    return reception.receive(exchange, visit, reset, async (wait) => {
      const opened = openMailbox(user, step, token.claims, mailboxes, unknownUser);
      if (!opened.ok) return opened;
      const reading = await readBody(request, BODY_LIMIT);
      if (!reading.ok) {
        return reading.reason === 'aborted' ? undefined : { ok: false, refusal: OVERSIZE[settings.oversize] };
      }
      await wait();
      const written = reading.body.length;
      const throttled = written > 0 ? reception.countBytes(visit, written, exchange.now) : undefined;
      if (throttled !== undefined) return throttled;
      return carryOut(rooms, route, app, opened.mailbox, reading.body, { ...exchange, now: now() });
    });
  };

  const exchangeOf = (request: IncomingMessage, response: ServerResponse): Exchange => {
    requests += 1;
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
    return { request, response, headers, requestId, clientRequestId, now: now() };
  };

  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const uploadDoor = await startUploadDoor({
    certificate,
    port: options.uploadPort ?? 0,
    sessions: uploads,
    reception,
    exchangeOf,
  });
  const rooms = { items, intake, drafts, uploads, uploadOrigin: uploadDoor.url };
  const server = createServer(certificate, (request, response) => {
    serve(exchangeOf(request, response)).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const reset = resetter(server);
  const door = await listen(server, options.port ?? 0).catch(async (cause: unknown) => {
    await uploadDoor.stop();
    throw cause;
  });
  return {
    url: `https://localhost:${door.port}`,
    uploadUrl: uploadDoor.url,
    settings,
    mailboxes,
    counts: {
      get requests() {
        return requests;
      },
      get throttled() {
        return places.throttled;
      },
      get peak() {
        return places.peak;
      },
      get earlyRetries() {
        return reception.retries.early;
      },
    },
    stop: async () => {
      await Promise.all([door.stop(), uploadDoor.stop()]);
    },
  };
}
