/** A running Microsoft 365 for one test file, trusted by this process, with the requests that most tests make. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import tls from 'node:tls';
import {
  startMicrosoft365,
  type Microsoft365,
  type Microsoft365Options,
} from '../../infra/simulators/microsoft365.ts';

export const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';

/** Starts it, and stops it when the file's tests are over. */
export async function openTenant(options: Microsoft365Options = {}): Promise<Microsoft365> {
  const tenant = await startMicrosoft365(options);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), tenant.caPem]);
  after(() => tenant.stop());
  return tenant;
}

/** Posts a form to the token endpoint: the registered application with its secret, unless `changes` says otherwise. */
export async function askForToken(
  tenant: Microsoft365,
  changes: Readonly<Record<string, string | undefined>> = {},
  path = `/${tenant.tenantId}/oauth2/v2.0/token`,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const form = new URLSearchParams();
  const usual = {
    client_id: tenant.clientId,
    client_secret: tenant.clientSecret,
    scope: GRAPH_SCOPE,
    grant_type: 'client_credentials',
  };
  for (const [name, value] of Object.entries({ ...usual, ...changes })) {
    if (value !== undefined) form.set(name, value);
  }
  const response = await fetch(`${tenant.urls.login}${path}`, { method: 'POST', body: form });
  return { status: response.status, headers: response.headers, body: asRecord(await response.json()) };
}

export async function getToken(
  tenant: Microsoft365,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const { status, body } = await askForToken(tenant, changes);
  assert.equal(status, 200, JSON.stringify(body));
  return String(body['access_token']);
}

export interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `error.code` and `error.message`, when there are any. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Posts to `sendMail` of `alerts@contoso.com`, unless told otherwise. An object is sent as JSON. */
export async function sendMail(
  tenant: Microsoft365,
  token: string | undefined,
  body: string | Record<string, unknown>,
  options: {
    readonly path?: string;
    readonly type?: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<GraphAnswer> {
  const response = await fetch(
    `${tenant.urls.graph}${options.path ?? '/v1.0/users/alerts@contoso.com/sendMail'}`,
    {
      method: options.method ?? 'POST',
      headers: {
        'Content-Type': options.type ?? 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      ...(options.method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  const text = await response.text();
  const error = errorOf(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: error?.code,
    message: error?.message,
  };
}

/** A small good body, with `changes` to its message. */
export function mail(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    message: {
      subject: 'Greeting',
      body: { contentType: 'text', content: 'Hello' },
      toRecipients: [{ emailAddress: { address: 'ada@example.com', name: 'Ada' } }],
      ...changes,
    },
  };
}

export function asRecord(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null, 'an object was expected');
  return { ...value };
}

function errorOf(text: string): { code: string; message: string } | undefined {
  if (!text.startsWith('{')) return undefined;
  const { error } = asRecord(JSON.parse(text));
  const { code, message } = asRecord(error);
  return { code: String(code), message: String(message) };
}
