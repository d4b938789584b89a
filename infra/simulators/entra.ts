/**
 * A pretend Microsoft Entra ID over HTTPS: discovery, keys and the token endpoint, with managed identities on a plain
 * HTTP door of its own, as on Azure. It knows the wire and nothing of its clients; its faults are programmable and its
 * token requests can be counted.
 */
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { answerHtml, answerJson, resetter } from './answer.ts';
import type { Authority } from './authority.ts';
import { aadsts } from './entra/aadsts.ts';
import { misbehave, type EntraEndpoint, type EntraFault } from './entra/faults.ts';
import { IDENTITY_PATH, serveIdentity } from './entra/managed-identity.ts';
import { TenantDirectory, type ManagedIdentity, type Registration } from './entra/registrations.ts';
import { answerTokenRequest, type TokenRequest } from './entra/token-endpoint.ts';
import { TokenMint, type TokenVerdict } from './entra/tokens.ts';
import type { FaultScript } from './faults.ts';
import { listen, readBody } from './listening.ts';

/** What may be changed while the simulator runs; it holds for the next request. */
export interface EntraSettings {
  /** Life of access tokens in seconds, default 3599. */
  expiresIn: number;
  /** `refresh_in` of the answers in seconds; undefined (the default) leaves it out. */
  refreshIn: number | undefined;
  /**
   * Seconds by which the time window of a certificate assertion is widened. Default 1, because MSAL rounds `nbf` up to
   * half a second into the future; how much more the real service forgives is not documented.
   */
  clockSkew: number;
  /** Resources that exist in the tenants besides the built-in ones, as their `aud`. */
  resources: readonly string[];
}

export interface EntraOptions {
  readonly authority: Authority;
  readonly faults: FaultScript<EntraFault>;
  readonly registrations: readonly Registration[];
  readonly identities?: readonly ManagedIdentity[];
  /** The secret that X-IDENTITY-HEADER must carry. */
  readonly identityHeader: string;
  readonly settings?: Partial<EntraSettings>;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly identityPort?: number;
  /** Milliseconds since 1970; default: the real time. */
  readonly now?: () => number;
}

export interface EntraSimulator {
  /** `https://localhost:<port>`, without a slash at the end: an authority is this, a slash and the tenant. */
  readonly url: string;
  /** The value for IDENTITY_ENDPOINT. */
  readonly identityEndpoint: string;
  readonly settings: EntraSettings;
  /** Token requests, oldest first; the last 1000. Requests that a fault answered are not among them. */
  readonly requests: readonly TokenRequest[];
  /** How many token requests were served with a token, ever, all of them or of one kind of credential. */
  issued(kind?: TokenRequest['kind']): number;
  /** How many requests reached an endpoint, ever, those that met a fault included. */
  hits(endpoint: EntraEndpoint): number;
  /** Adds or replaces an app registration. */
  register(registration: Registration): void;
  /** Verifies an access token for one audience, as the service that receives it would. */
  verify(token: string, audience: string): Promise<TokenVerdict>;
  stop(): Promise<void>;
}

const BODY_LIMIT = 64 * 1024;
const REMEMBERED = 1000;

export async function startEntra(options: EntraOptions): Promise<EntraSimulator> {
  const { authority, faults, identityHeader, now = Date.now } = options;
  const mint = await TokenMint.create(now);
  const directory = new TenantDirectory();
  for (const registration of options.registrations) directory.register(registration);
  for (const identity of options.identities ?? []) directory.addIdentity(identity);
  const settings: EntraSettings = {
    expiresIn: 3599,
    refreshIn: undefined,
    clockSkew: 1,
    resources: [],
    ...options.settings,
  };
  const requests: TokenRequest[] = [];
  const issued = new Map<string, number>();
  const hits = new Map<EntraEndpoint, number>();
  let origin = '';
  const issuerOf = (tenantId: string): string => `${origin}/${tenantId}/v2.0`;

  /** Counts a hit, then true when a fault has answered. */
  const intercepted = (
    endpoint: EntraEndpoint,
    request: IncomingMessage,
    response: ServerResponse,
    reset: (request: IncomingMessage) => void,
  ): Promise<boolean> => {
    hits.set(endpoint, (hits.get(endpoint) ?? 0) + 1);
    return misbehave(endpoint, request, response, { faults, reset, origin, now: now() });
  };

  const serveToken = async (
    tenant: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const reading = await readBody(request, BODY_LIMIT);
    const form = new URLSearchParams(reading.ok ? reading.body.toString('utf8') : '');
    const answer = await answerTokenRequest(tenant, form, {
      ...settings,
      directory,
      mint,
      origin,
      now: now(),
      issuerOf,
    });
    requests.push(answer.record);
    if (requests.length > REMEMBERED) requests.shift();
    if (answer.status === 200) issued.set(answer.record.kind, (issued.get(answer.record.kind) ?? 0) + 1);
    answerJson(response, answer.status, answer.body, {
      'Cache-Control': 'no-store, no-cache',
      Pragma: 'no-cache',
      'x-ms-request-id': answer.traceId,
    });
  };

  const serveDiscovery = (segment: string, response: ServerResponse): void => {
    const tenantId = directory.tenant(segment);
    if (tenantId === undefined) {
      const { body } = aadsts(90002, { tenant: segment }, { origin, now: now(), correlationId: undefined });
      answerJson(response, 400, { ...body, error: 'invalid_tenant' });
      return;
    }
    answerJson(response, 200, discoveryDocument(origin, segment, tenantId));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'https://login.invalid');
    const [, tenant = '', ...rest] = pathname.split('/');
    const route = `${request.method ?? ''} ${rest.join('/')}`;
    switch (route) {
      case 'POST oauth2/v2.0/token':
        if (!(await intercepted('token', request, response, reset)))
          await serveToken(tenant, request, response);
        return;
      case 'GET v2.0/.well-known/openid-configuration':
        if (!(await intercepted('discovery', request, response, reset))) serveDiscovery(tenant, response);
        return;
      case 'GET discovery/v2.0/keys':
        if (!(await intercepted('keys', request, response, reset))) answerJson(response, 200, mint.keys());
        return;
      default:
        answerHtml(response, 404);
    }
  };

  const server = createServer(await authority.issue(['localhost', '127.0.0.1']), (request, response) => {
    serve(request, response).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const reset = resetter(server);
  const identityServer = createPlainServer((request, response) => {
    void (async () => {
      if (await intercepted('identity', request, response, resetIdentity)) return;
      await serveIdentity(request, response, { directory, mint, identityHeader, now: now(), issuerOf });
    })().catch((cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined));
  });
  const resetIdentity = resetter(identityServer);

  const door = await listen(server, options.port ?? 0);
  const identityDoor = await listen(identityServer, options.identityPort ?? 0).catch(
    async (cause: unknown) => {
      await door.stop();
      throw cause;
    },
  );
  origin = `https://localhost:${door.port}`;
  return {
    url: origin,
    identityEndpoint: `http://127.0.0.1:${identityDoor.port}${IDENTITY_PATH}`,
    settings,
    requests,
    issued: (kind) =>
      kind === undefined
        ? [...issued.values()].reduce((sum, count) => sum + count, 0)
        : (issued.get(kind) ?? 0),
    hits: (endpoint) => hits.get(endpoint) ?? 0,
    register: (registration) => {
      directory.register(registration);
    },
    verify: (token, audience) => mint.verify(token, audience),
    stop: async () => {
      await Promise.all([door.stop(), identityDoor.stop()]);
    },
  };
}

/** OpenID Connect Discovery 1.0, with what MSAL reads and little more. */
function discoveryDocument(origin: string, segment: string, tenantId: string): Record<string, unknown> {
  const base = `${origin}/${segment}`;
  return {
    issuer: `${origin}/${tenantId}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
  };
}
