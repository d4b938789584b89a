/**
 * `POST /{tenant}/oauth2/v2.0/token` with the client-credentials grant:
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 * Parameters that the simulator does not know, such as MSAL's telemetry, are ignored as the real one ignores them.
 */
import { randomUUID } from 'node:crypto';
import { aadsts, type AadstsFacts } from './aadsts.ts';
import { checkCredential, type CredentialKind } from './credentials.ts';
import { rolesAt, type Registration, type TenantDirectory } from './registrations.ts';
import { readScope } from './scope.ts';
import type { TokenMint } from './tokens.ts';

/** One token request as the endpoint saw it: the test's evidence of coalescing and of the credential used. */
export interface TokenRequest {
  /** ISO 8601. */
  readonly at: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly scope: string;
  /** `none`: refused before a credential was looked at, or none was sent. */
  readonly kind: CredentialKind | 'none';
  /** The signature algorithm of an assertion. */
  readonly alg?: string;
  readonly status: number;
  /** The AADSTS number of a refusal. */
  readonly aadsts?: number;
}

export interface TokenEndpointContext {
  readonly directory: TenantDirectory;
  readonly mint: TokenMint;
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly clockSkew: number;
  readonly resources: readonly string[];
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds; left out of the answer when undefined. */
  readonly refreshIn: number | undefined;
  readonly issuerOf: (tenantId: string) => string;
}

export interface TokenAnswer {
  readonly status: number;
  readonly traceId: string;
  readonly body: Record<string, unknown>;
  readonly record: TokenRequest;
}

export async function answerTokenRequest(
  tenantSegment: string,
  form: URLSearchParams,
  context: TokenEndpointContext,
): Promise<TokenAnswer> {
  const clientId = form.get('client_id') ?? '';
  const seen = {
    tenant: tenantSegment,
    clientId,
    scope: form.get('scope') ?? '',
    at: new Date(context.now).toISOString(),
  };
  const refuse = (
    code: number,
    facts: AadstsFacts = {},
    credential: { kind?: CredentialKind; alg?: string } = {},
  ): TokenAnswer => {
    const correlationId = form.get('client-request-id') ?? undefined;
    const answer = aadsts(code, { clientId, tenant: tenantSegment, ...facts }, { ...context, correlationId });
    const record = { kind: 'none' as const, ...seen, ...credential, status: answer.status, aadsts: code };
    return { ...answer, record };
  };

  for (const parameter of ['grant_type', 'client_id', 'scope']) {
    if (!form.has(parameter)) return refuse(900144, { parameter });
  }
  const grantType = form.get('grant_type') ?? '';
  if (grantType !== 'client_credentials') return refuse(70003, { grantType });
  const tenantId = context.directory.tenant(tenantSegment);
  if (tenantId === undefined) return refuse(isTenantName(tenantSegment) ? 90002 : 900023);
  const app = context.directory.application(tenantId, clientId);
  if (app === undefined) return refuse(700016);
  if (app.disabled === true) return refuse(7000112);
  const scope = readScope(seen.scope, context.resources);
  if (!scope.ok && scope.aadsts !== 500011) return refuse(scope.aadsts, { scope: scope.scope });
  const credential = await checkCredential(form, {
    ...context,
    app,
    ownIssuer: context.issuerOf(tenantId),
    isOwnAudience: (audience) => isTokenEndpoint(audience, tenantId, context),
  });
  const { kind, alg } = credential;
  const evidence = { ...(kind === undefined ? {} : { kind }), ...(alg === undefined ? {} : { alg }) };
  if (!credential.ok) return refuse(credential.aadsts, credential.facts, evidence);
  // Whether a resource exists in the tenant is told to known applications only.
  if (!scope.ok) return refuse(scope.aadsts, { scope: scope.scope }, evidence);

  const token = await issueToken(app, scope.audience, credential.kind, context);
  return {
    status: 200,
    traceId: randomUUID(),
    body: {
      token_type: 'Bearer',
      expires_in: context.expiresIn,
      ext_expires_in: context.expiresIn,
      ...(context.refreshIn === undefined ? {} : { refresh_in: context.refreshIn }),
      access_token: token,
    },
    record: { ...seen, kind: credential.kind, ...evidence, status: 200 },
  };
}

function isTenantName(segment: string): boolean {
  return (
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu.test(segment) ||
    /^(?:[\da-z-]+\.)+[a-z]{2,}$/iu.test(segment)
  );
}

/** Both versions of the endpoint and the issuer are accepted, each with any name of the tenant. */
function isTokenEndpoint(audience: string, tenantId: string, context: TokenEndpointContext): boolean {
  if (!audience.startsWith(`${context.origin}/`)) return false;
  const [segment = '', ...rest] = audience.slice(context.origin.length + 1).split('/');
  const known = ['oauth2/v2.0/token', 'oauth2/token', 'v2.0'].includes(rest.join('/'));
  return known && context.directory.tenant(segment) === tenantId;
}

function issueToken(
  app: Registration,
  audience: string,
  kind: CredentialKind,
  context: TokenEndpointContext,
): Promise<string> {
  const now = Math.floor(context.now / 1000);
  const roles = rolesAt(app, audience);
  // Version 1.0 claims: what Graph and Exchange get for themselves, whatever endpoint was asked.
  return context.mint.issue({
    aud: audience,
    iss: `https://sts.windows.net/${app.tenantId}/`,
    // The real service dates its tokens five minutes back, for clocks that run late.
    iat: now - 300,
    nbf: now - 300,
    exp: now + context.expiresIn,
    appid: app.clientId,
    appidacr: kind === 'secret' ? '1' : '2',
    idtyp: 'app',
    oid: app.clientId,
    sub: app.clientId,
    ...(roles.length > 0 ? { roles } : {}),
    tid: app.tenantId,
    uti: randomUUID(),
    ver: '1.0',
  });
}
