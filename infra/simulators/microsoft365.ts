/**
 * The whole pretend Microsoft 365 with one tenant in it: Entra ID, managed identities, Graph, Exchange SMTP AUTH and
 * the control door, sharing one certificate authority, one mail store and one set of mailboxes.
 */
import { randomBytes } from 'node:crypto';
import { Acceptances } from './acceptances.ts';
import { createAuthority } from './authority.ts';
import { startControl } from './control.ts';
import { startEntra, type EntraSettings, type EntraSimulator } from './entra.ts';
import { ENTRA_FAULTS, type EntraFault } from './entra/faults.ts';
import type { ManagedIdentity, Registration } from './entra/registrations.ts';
import { startExchangeSmtp, type ExchangeSmtp } from './exchange-smtp.ts';
import { SMTP_FAULTS, type SmtpFault } from './exchange-smtp/faults.ts';
import { FaultScript } from './faults.ts';
import { startGraph, type GraphSimulator } from './graph.ts';
import { GRAPH_AUDIENCE } from './graph/access.ts';
import { GRAPH_FAULTS, type GraphFault } from './graph/faults.ts';
import type { Mailbox } from './graph/mailboxes.ts';
import type { GraphSettings } from './graph/settings.ts';
import { MailStore } from './mail-store.ts';

export interface Microsoft365Options {
  /** Mailboxes of the tenant; a string is the address of a plain one. Default: `alerts@contoso.com`. */
  readonly mailboxes?: readonly (string | Mailbox)[];
  readonly tenantId?: string;
  readonly clientId?: string;
  /** Default: a random one. */
  readonly clientSecret?: string;
  /** Certificates (PEM) registered for the application. */
  readonly certificates?: readonly string[];
  /**
   * Application permissions with consent, default `Mail.Send` and `SMTP.SendAsApp`. The draft flow wants
   * `Mail.ReadWrite` as well, a look-up `Mail.Read` or that.
   */
  readonly roles?: readonly string[];
  /** Further registrations, possibly in further tenants. */
  readonly registrations?: readonly Registration[];
  readonly entra?: Partial<EntraSettings>;
  readonly graph?: Partial<GraphSettings>;
  /** Mails kept for reading, default 1000. */
  readonly keep?: number;
  /** Each 0 by default: a free port. */
  readonly ports?: {
    readonly login?: number;
    readonly identity?: number;
    readonly graph?: number;
    readonly upload?: number;
    readonly smtp?: number;
    readonly control?: number;
  };
  /** Milliseconds since 1970, for tests of expiry; default: the real time. Certificates always use the real one. */
  readonly now?: () => number;
}

/** The fault scripts by the name that the control door gives them. */
interface Microsoft365Faults {
  readonly entra: FaultScript<EntraFault>;
  readonly graph: FaultScript<GraphFault>;
  readonly smtp: FaultScript<SmtpFault>;
}

export interface Microsoft365 {
  /** The root certificate to trust, PEM. */
  readonly caPem: string;
  readonly store: MailStore;
  readonly acceptances: Acceptances;
  readonly faults: Microsoft365Faults;
  /** Without a slash at the end. `login` and `graph` are https, the other two plain http. */
  readonly urls: {
    readonly login: string;
    readonly graph: string;
    readonly identityEndpoint: string;
    readonly control: string;
  };
  readonly smtp: { readonly host: string; readonly port: number };
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The value for IDENTITY_HEADER. */
  readonly identityHeader: string;
  /** The managed identity, which the application trusts by a federated credential. */
  readonly identity: ManagedIdentity;
  readonly entra: EntraSimulator;
  readonly graph: GraphSimulator;
  stop(): Promise<void>;
}

const TENANT = 'c0a80101-7e57-4000-8000-000000000001';
const CLIENT = 'c0a80101-7e57-4000-8000-000000000002';
const IDENTITY_CLIENT = 'c0a80101-7e57-4000-8000-000000000003';
const IDENTITY_PRINCIPAL = 'c0a80101-7e57-4000-8000-000000000004';
const EXCHANGE_AUDIENCE = 'https://outlook.office365.com';

/** @throws the system's error (`EADDRINUSE`, `EACCES`) when a port cannot be had; nothing is left running then. */
export async function startMicrosoft365(options: Microsoft365Options = {}): Promise<Microsoft365> {
  const { tenantId = TENANT, clientId = CLIENT, ports = {} } = options;
  const clientSecret = options.clientSecret ?? randomBytes(30).toString('base64url');
  const identityHeader = randomBytes(16).toString('hex');
  const identity = {
    tenantId,
    clientId: IDENTITY_CLIENT,
    principalId: IDENTITY_PRINCIPAL,
    systemAssigned: true,
  };
  const registration: Registration = {
    tenantId,
    tenantDomains: ['contoso.com', 'contoso.onmicrosoft.com'],
    clientId,
    secrets: [{ value: clientSecret }],
    certificates: options.certificates ?? [],
    federated: [{ subject: identity.principalId }],
    roles: options.roles ?? ['Mail.Send', 'SMTP.SendAsApp'],
  };
  const mailboxes = (options.mailboxes ?? ['alerts@contoso.com']).map((mailbox) =>
    typeof mailbox === 'string' ? { address: mailbox } : mailbox,
  );

  const authority = await createAuthority();
  const store = new MailStore(options.keep === undefined ? {} : { keep: options.keep });
  const acceptances = new Acceptances(store);
  const faults = {
    entra: new FaultScript(ENTRA_FAULTS),
    graph: new FaultScript(GRAPH_FAULTS),
    smtp: new FaultScript(SMTP_FAULTS),
  };
  const running: { stop(): Promise<void> }[] = [];
  const started = async <S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> => {
    const server = await starting;
    running.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  const clock = options.now === undefined ? {} : { now: options.now };

  try {
    const entra = await started(
      startEntra({
        authority,
        faults: faults.entra,
        registrations: [registration, ...(options.registrations ?? [])],
        identities: [identity],
        identityHeader,
        settings: options.entra ?? {},
        port: ports.login ?? 0,
        identityPort: ports.identity ?? 0,
        ...clock,
      }),
    );
    const graph = await started(
      startGraph({
        authority,
        store,
        faults: faults.graph,
        verifyToken: (token) => entra.verify(token, GRAPH_AUDIENCE),
        mailboxes,
        settings: options.graph ?? {},
        port: ports.graph ?? 0,
        uploadPort: ports.upload ?? 0,
        ...clock,
      }),
    );
    const smtp: ExchangeSmtp = await started(
      startExchangeSmtp({
        authority,
        store,
        faults: faults.smtp,
        verifyToken: (token) => verifyForExchange(token, entra, graph),
        mailboxes: graph.mailboxes,
        port: ports.smtp ?? 0,
      }),
    );
    const control = await started(startControl({ store, faults: { ...faults }, port: ports.control ?? 0 }));
    return {
      caPem: authority.caPem,
      store,
      acceptances,
      faults,
      urls: {
        login: entra.url,
        graph: graph.url,
        identityEndpoint: entra.identityEndpoint,
        control: control.url,
      },
      smtp: { host: smtp.host, port: smtp.port },
      tenantId,
      clientId,
      clientSecret,
      identityHeader,
      identity,
      entra,
      graph,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/**
 * A token is good for SMTP with the Entra role, or without it when some mailbox names the app (RBAC for Applications);
 * which mailboxes it then opens is the SMTP simulator's business.
 */
async function verifyForExchange(
  token: string,
  entra: EntraSimulator,
  graph: GraphSimulator,
): Promise<{ ok: true; appId: string } | { ok: false }> {
  const verdict = await entra.verify(token, EXCHANGE_AUDIENCE);
  if (!verdict.ok) return { ok: false };
  const { appid: appId = '', roles } = verdict.claims;
  const granted = [...graph.mailboxes].some((mailbox) => mailbox.apps?.includes(appId));
  return granted || roles?.includes('SMTP.SendAsApp') === true ? { ok: true, appId } : { ok: false };
}
