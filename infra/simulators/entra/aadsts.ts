/**
 * The errors of the token endpoint by AADSTS number: HTTP status, OAuth `error` and the sentence.
 *
 * Source of numbers and meanings: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read
 * 2026-11); statuses and sentences as quoted in public issues of the MSAL libraries and azure-workload-identity.
 * Clients are told to react to `error` only, never to the sentence.
 */
import { randomUUID } from 'node:crypto';

interface Entry {
  readonly status: number;
  readonly error: string;
  readonly text: (facts: AadstsFacts) => string;
}

/** What the sentences mention; whatever is unknown appears as an empty string. */
export interface AadstsFacts {
  readonly clientId?: string;
  readonly tenant?: string;
  readonly scope?: string;
  readonly grantType?: string;
  /** The name of a request parameter. */
  readonly parameter?: string;
  /** A further clause, such as the reason in AADSTS700027. */
  readonly detail?: string;
}

const NOT_INSTALLED =
  'This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.';

const TABLE: ReadonlyMap<number, Entry> = new Map<number, Entry>([
  [
    50013,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) => `Assertion failed signature validation. ${f.detail ?? ''}`,
    },
  ],
  [
    50027,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) => `JWT token is invalid or malformed. ${f.detail ?? ''}`,
    },
  ],
  [
    53003,
    {
      status: 400,
      error: 'access_denied',
      text: () =>
        'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    },
  ],
  [
    70003,
    {
      status: 400,
      error: 'unsupported_grant_type',
      text: (f) => `The app requested an unsupported grant type '${f.grantType ?? ''}'.`,
    },
  ],
  [
    70011,
    {
      status: 400,
      error: 'invalid_scope',
      text: (f) =>
        `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${f.scope ?? ''} is not valid.`,
    },
  ],
  [
    70021,
    {
      status: 400,
      error: 'invalid_request',
      text: (f) => `No matching federated identity record found for presented assertion. ${f.detail ?? ''}`,
    },
  ],
  [
    90002,
    {
      status: 400,
      error: 'invalid_request',
      text: (f) =>
        `Tenant '${f.tenant ?? ''}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    },
  ],
  [
    90033,
    {
      status: 503,
      error: 'temporarily_unavailable',
      text: () => 'A transient error has occurred. Please try again.',
    },
  ],
  [
    90055,
    {
      status: 429,
      error: 'temporarily_unavailable',
      text: () => 'The server is terminating the request due to excessive request rate.',
    },
  ],
  [
    500011,
    {
      status: 400,
      error: 'invalid_resource',
      text: (f) =>
        `The resource principal named ${f.scope ?? ''} was not found in the tenant named ${f.tenant ?? ''}. ${NOT_INSTALLED} You might have sent your authentication request to the wrong tenant.`,
    },
  ],
  [
    700016,
    {
      status: 400,
      error: 'unauthorized_client',
      text: (f) =>
        `Application with identifier '${f.clientId ?? ''}' was not found in the directory '${f.tenant ?? ''}'. ${NOT_INSTALLED} You may have sent your authentication request to the wrong tenant.`,
    },
  ],
  [
    700021,
    {
      status: 401,
      error: 'invalid_client',
      text: () => `Client assertion application identifier doesn't match 'client_id' parameter.`,
    },
  ],
  [
    700022,
    {
      status: 400,
      error: 'invalid_scope',
      text: () =>
        'The provided value for the input parameter scope is not valid because it contains more than one resource.',
    },
  ],
  [
    700023,
    {
      status: 401,
      error: 'invalid_client',
      text: () => 'Client assertion audience claim does not match Realm issuer.',
    },
  ],
  [
    700024,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) => `Client assertion is not within its valid time range. ${f.detail ?? ''}`,
    },
  ],
  [
    700027,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) => f.detail ?? 'Client assertion contains an invalid signature.',
    },
  ],
  [
    700211,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) =>
        `No matching federated identity record found for presented assertion issuer ${f.detail ?? ''}`,
    },
  ],
  [
    700212,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) =>
        `No matching federated identity record found for presented assertion audience ${f.detail ?? ''}`,
    },
  ],
  [
    700213,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) =>
        `No matching federated identity record found for presented assertion subject ${f.detail ?? ''}`,
    },
  ],
  [
    900023,
    {
      status: 400,
      error: 'invalid_request',
      text: (f) =>
        `Specified tenant identifier '${f.tenant ?? ''}' is neither a valid DNS name, nor a valid external domain.`,
    },
  ],
  [
    900144,
    {
      status: 400,
      error: 'invalid_request',
      text: (f) => `The request body must contain the following parameter: '${f.parameter ?? ''}'.`,
    },
  ],
  [
    1002012,
    {
      status: 400,
      error: 'invalid_scope',
      text: (f) =>
        `The provided value for scope ${f.scope ?? ''} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    },
  ],
  [
    7000112,
    {
      status: 400,
      error: 'unauthorized_client',
      text: (f) => `Application '${f.clientId ?? ''}' is disabled.`,
    },
  ],
  [
    7000215,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) =>
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${f.clientId ?? ''}'.`,
    },
  ],
  [
    7000216,
    {
      status: 401,
      error: 'invalid_client',
      text: () =>
        `'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.`,
    },
  ],
  [
    7000222,
    {
      status: 401,
      error: 'invalid_client',
      text: (f) =>
        `The provided client secret keys for app '${f.clientId ?? ''}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    },
  ],
  [
    7000229,
    {
      status: 400,
      error: 'unauthorized_client',
      text: (f) =>
        `The client application ${f.clientId ?? ''} is missing service principal in the tenant ${f.tenant ?? ''}.`,
    },
  ],
]);

export interface AadstsAnswer {
  readonly status: number;
  readonly traceId: string;
  readonly body: Record<string, unknown>;
}

/** The answer for one AADSTS number. A number that is not in the table gets a neutral sentence and `server_error`. */
export function aadsts(
  code: number,
  facts: AadstsFacts,
  context: { readonly origin: string; readonly now: number; readonly correlationId: string | undefined },
): AadstsAnswer {
  const entry = TABLE.get(code) ?? { status: 400, error: 'server_error', text: () => 'The request failed.' };
  const traceId = randomUUID();
  const correlationId = context.correlationId ?? randomUUID();
  // "2026-11-20 19:06:00Z": a space, no fraction.
  const timestamp = `${new Date(context.now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status: entry.status,
    traceId,
    body: {
      error: entry.error,
      error_description: `AADSTS${code}: ${entry.text(facts).trim()} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${context.origin}/error?code=${code}`,
    },
  };
}
