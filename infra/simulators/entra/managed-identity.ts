/**
 * The endpoint that App Service and Functions put beside an app for its managed identities: plain HTTP, guarded by a
 * header that only the app knows. Protocol version 2019-08-01:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from '../answer.ts';
import type { TenantDirectory } from './registrations.ts';
import { RESOURCES } from './registrations.ts';
import type { TokenMint } from './tokens.ts';

/** What an app finds in the environment variables IDENTITY_ENDPOINT (path) and IDENTITY_HEADER. */
export const IDENTITY_PATH = '/msi/token';

export interface IdentityContext {
  readonly directory: TenantDirectory;
  readonly mint: TokenMint;
  readonly identityHeader: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The `iss` of the tokens a tenant makes for federation. */
  readonly issuerOf: (tenantId: string) => string;
}

const LIFETIME = 24 * 60 * 60;

function refuse(response: ServerResponse, status: number, message: string): void {
  answerJson(response, status, { statusCode: status, message, correlationId: randomUUID() });
}

export async function serveIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  context: IdentityContext,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://identity.invalid');
  if (request.method !== 'GET' || url.pathname !== IDENTITY_PATH) {
    return refuse(response, 404, 'The requested resource was not found.');
  }
  if (request.headers['x-identity-header'] !== context.identityHeader) {
    return refuse(response, 401, 'The X-IDENTITY-HEADER header is missing or wrong.');
  }
  const resource = url.searchParams.get('resource') ?? '';
  if (url.searchParams.get('api-version') !== '2019-08-01') {
    return refuse(response, 400, 'The api-version is not supported.');
  }
  if (!RESOURCES.has(resource)) {
    return refuse(response, 400, `The resource principal named ${resource} was not found in the tenant.`);
  }
  const identity = context.directory.identity(url.searchParams.get('client_id') ?? undefined);
  if (identity === undefined) {
    const message =
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.';
    return refuse(response, 400, message);
  }
  const now = Math.floor(context.now / 1000);
  const accessToken = await context.mint.issue({
    aud: resource,
    // Federation compares issuers in the v2.0 form; the resources of Azure themselves still know the older one.
    iss: resource.startsWith('api://')
      ? context.issuerOf(identity.tenantId)
      : `https://sts.windows.net/${identity.tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + LIFETIME,
    appid: identity.clientId,
    idtyp: 'app',
    oid: identity.principalId,
    sub: identity.principalId,
    tid: identity.tenantId,
    uti: randomUUID(),
    ver: '1.0',
  });
  answerJson(response, 200, {
    access_token: accessToken,
    expires_on: String(now + LIFETIME),
    resource,
    token_type: 'Bearer',
    client_id: identity.clientId,
  });
}
