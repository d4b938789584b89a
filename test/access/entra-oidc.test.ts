/**
 * Tokens and keys of an authority that nobody here wrote: oidc-provider signs, publishes and rotates, so that a misreading shared by our
 * code and our own tests would show.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';
import { openEntraKeys } from '../../shared/access/entra-keys.ts';
import { createTokenJudge } from '../../shared/access/entra-token.ts';
import { buildRegister } from '../../shared/access/register.ts';
import { Secret } from '../../shared/platform/secret.ts';

const tenant = 'c0a80101-7e57-4000-8000-000000000001';
const app = 'c0a80101-7e57-4000-8000-0000000000aa';
const audience = 'api://postrider';
const prefix = `/${tenant}/v2.0`;

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;
let server: Server;
let origin: string;
let answer: Answer;

async function makeKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}

/** The authority with these keys; it signs with the first. */
function provider(keys: readonly JWK[]): Answer {
  const config: ConstructorParameters<typeof Provider>[1] = {
    jwks: { keys: [...keys] as never[] },
    clients: [
      {
        client_id: app,
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    routes: { jwks: '/keys' },
    formats: {
      customizers: {
        // What Entra ID puts in and the standard leaves open.
        jwt: (_context, token, parts) => {
          Object.assign(parts.payload, {
            azp: token.clientId,
            tid: tenant,
            oid: token.clientId,
            nbf: parts.payload.iat,
          });
        },
      },
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, _client, resource) => resource ?? audience,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'mail',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
  return new Provider(`${origin}${prefix}`, config).callback();
}

before(async () => {
  server = createServer((request, response) => {
    // Mounted below the tenant, as Entra ID is.
    const url = request.url?.replace(`/${tenant}/discovery/v2.0/keys`, '/keys').replace(prefix, '');
    void answer(Object.assign(request, { originalUrl: request.url, url }), response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

async function fetchToken(resource = audience): Promise<string> {
  const response = await fetch(`${origin}${prefix}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${app}:secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  const body = (await response.json()) as { access_token?: string };
  assert.ok(body.access_token, JSON.stringify(body));
  return body.access_token;
}

test('tokens of an OpenID provider are taken, before and after it rotates its keys, and none for others', async () => {
  const [old, fresh] = await Promise.all(['old', 'fresh'].map((kid) => makeKey(kid)));
  assert.ok(old && fresh);
  let offset = 0;
  const clock = { now: () => new Date(Date.now() + offset) };
  const settings = {
    tenantId: tenant,
    entraAudience: [audience],
    endpoints: { tokenIssuers: [`${origin}/{tenant}/v2.0`] },
  };
  const judge = createTokenJudge(
    settings,
    openEntraKeys(origin, clock, () => undefined),
    clock,
  );
  const register = buildRegister({});

  answer = provider([old]);
  const first = await fetchToken();
  const taken = await judge(new Secret(first), register);
  assert.deepEqual(taken.ok ? taken.value : taken.problem, {
    appId: app,
    tenantId: tenant,
    isOwnTenant: true,
    roles: [],
  });
  const elsewhere = await judge(new Secret(await fetchToken('api://another')), register);
  assert.match(elsewhere.ok ? 'taken' : elsewhere.problem.detail, /for another API/);

  answer = provider([fresh, old]);
  offset = 61_000;
  const second = await judge(new Secret(await fetchToken()), register);
  assert.ok(second.ok, JSON.stringify(second));
  assert.ok((await judge(new Secret(first), register)).ok, 'the old key is still published');

  answer = provider([fresh]);
  offset = 13 * 3_600_000;
  const withdrawn = await judge(new Secret(first), register);
  assert.match(withdrawn.ok ? 'taken' : withdrawn.problem.detail, /signature/);
});
