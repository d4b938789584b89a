/** Every wrong way of asking for a token, and the number it gets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { asRecord, askForToken, openTenant } from '../tenant.ts';
import { assertion, makeCertificate, x5tS256 } from './signing.ts';

const DAY = 86_400_000;
const certificate = await makeCertificate();
const expired = await makeCertificate({
  notBeforeDate: new Date(Date.now() - 2 * DAY),
  notAfterDate: new Date(Date.now() - DAY),
});
const CLIENT_2 = 'c0a80101-7e57-4000-8000-0000000000a2';
const CLIENT_3 = 'c0a80101-7e57-4000-8000-0000000000a3';
const CLIENT_4 = 'c0a80101-7e57-4000-8000-0000000000a4';
const tenant = await openTenant({
  certificates: [certificate.cert, expired.cert],
  clientSecret: 'the real one',
});
const { entra, tenantId, clientId } = tenant;
entra.register({
  tenantId,
  clientId: CLIENT_2,
  secrets: [{ value: 'old', expires: '2020-01-01T00:00:00Z' }],
});
entra.register({ tenantId, clientId: CLIENT_3, secrets: [{ value: 's' }], disabled: true });
entra.register({ tenantId, clientId: CLIENT_4, secrets: [{ value: 's' }] });

const audience = `${tenant.urls.login}/${tenantId}/oauth2/v2.0/token`;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const withAssertion = (client_assertion: string): Record<string, string | undefined> => ({
  client_secret: undefined,
  client_assertion,
  client_assertion_type: JWT_BEARER,
});
const sign = (claims: object = {}, header: object = {}): Promise<string> =>
  assertion(certificate, { clientId, audience }, { ...claims }, { ...header });

test('an error body has every member of the real one', async () => {
  const before = Date.now();
  const { status, headers, body } = await askForToken(tenant, {
    client_secret: 'wrong',
    'client-request-id': '3d6a8f3e-5d5b-4c0e-9a63-0f4bd1b7b6aa',
    'x-client-SKU': 'msal.js.node',
  });
  assert.equal(status, 401);
  assert.equal(headers.get('Content-Type'), 'application/json; charset=utf-8');
  assert.equal(headers.get('x-ms-request-id'), body['trace_id']);
  assert.deepEqual(Object.keys(body).sort(), [
    'correlation_id',
    'error',
    'error_codes',
    'error_description',
    'error_uri',
    'timestamp',
    'trace_id',
  ]);
  assert.equal(body['error'], 'invalid_client');
  assert.deepEqual(body['error_codes'], [7000215]);
  assert.equal(body['correlation_id'], '3d6a8f3e-5d5b-4c0e-9a63-0f4bd1b7b6aa');
  assert.match(
    String(body['error_description']),
    /^AADSTS7000215: Invalid client secret provided\. .+ Trace ID: [\da-f-]{36} Correlation ID: 3d6a.+ Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
  );
  const stamp = String(body['timestamp']);
  assert.match(stamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  assert.ok(Math.abs(Date.parse(stamp.replace(' ', 'T')) - before) < 5000);
});

test('every wrong parameter has its number', async () => {
  const cases: [Record<string, string | undefined>, number, number, string][] = [
    [{ grant_type: undefined }, 400, 900144, 'invalid_request'],
    [{ client_id: undefined }, 400, 900144, 'invalid_request'],
    [{ scope: undefined }, 400, 900144, 'invalid_request'],
    [{ grant_type: 'password' }, 400, 70003, 'unsupported_grant_type'],
    [{ client_id: 'c0a80101-7e57-4000-8000-0000000000ff' }, 400, 700016, 'unauthorized_client'],
    [{ client_id: CLIENT_2, client_secret: 'old' }, 401, 7000222, 'invalid_client'],
    [{ client_id: CLIENT_3, client_secret: 's' }, 400, 7000112, 'unauthorized_client'],
    [{ client_secret: undefined }, 401, 7000216, 'invalid_client'],
    [{ client_secret: '' }, 401, 7000216, 'invalid_client'],
    [{ scope: 'https://graph.microsoft.com/Mail.Send' }, 400, 1002012, 'invalid_scope'],
    [{ scope: '.default' }, 400, 1002012, 'invalid_scope'],
    [{ scope: '' }, 400, 70011, 'invalid_scope'],
    [
      { scope: 'https://graph.microsoft.com/.default https://outlook.office365.com/.default' },
      400,
      700022,
      'invalid_scope',
    ],
    [{ scope: 'https://graph.microsoft.example/.default' }, 400, 500011, 'invalid_resource'],
  ];
  for (const [changes, status, code, error] of cases) {
    const answer = await askForToken(tenant, changes);
    assert.deepEqual(
      [answer.status, answer.body['error_codes'], answer.body['error']],
      [status, [code], error],
      JSON.stringify(changes),
    );
    assert.equal('access_token' in answer.body, false);
  }
});

test('tenants are found by id or domain in any case; unknown and malformed ones have their numbers', async () => {
  const segments: [string, number, number | undefined][] = [
    [tenantId.toUpperCase(), 200, undefined],
    ['Contoso.com', 200, undefined],
    ['c0a80101-7e57-4000-8000-0000000000ff', 400, 90002],
    ['fabrikam.com', 400, 90002],
    ['not a tenant', 400, 900023],
  ];
  for (const [segment, status, code] of segments) {
    const answer = await askForToken(tenant, {}, `/${encodeURIComponent(segment)}/oauth2/v2.0/token`);
    assert.equal(answer.status, status, segment);
    assert.deepEqual(answer.body['error_codes'], code === undefined ? undefined : [code]);
  }
  const response = await fetch(`${tenant.urls.login}/fabrikam.com/v2.0/.well-known/openid-configuration`);
  assert.equal(response.status, 400);
  assert.equal(asRecord(await response.json())['error'], 'invalid_tenant');
  assert.equal((await fetch(`${tenant.urls.login}/elsewhere`)).status, 404);
});

test('a good assertion is accepted, again and again until it expires, and for each name of the endpoint', async () => {
  const once = await sign();
  for (const claims of [
    {},
    { aud: `${tenant.urls.login}/contoso.com/oauth2/v2.0/token` },
    { aud: `${tenant.urls.login}/${tenantId}/v2.0` },
  ]) {
    assert.equal((await askForToken(tenant, withAssertion(await sign(claims)))).status, 200);
  }
  assert.equal((await askForToken(tenant, withAssertion(once))).status, 200);
  assert.equal((await askForToken(tenant, withAssertion(once))).status, 200);
});

test('every wrong assertion has its number', async () => {
  const now = Math.floor(Date.now() / 1000);
  const stranger = await makeCertificate();
  const facts = { clientId, audience };
  const cases: [string, string, number][] = [
    ['no token at all', 'nonsense', 50027],
    ['no thumbprint', await sign({}, { 'x5t#S256': undefined }), 50027],
    ['a certificate that is not registered', await assertion(stranger, facts), 700027],
    [
      'the key of another certificate',
      await assertion(stranger, facts, {}, { 'x5t#S256': x5tS256(certificate) }),
      700027,
    ],
    ['an expired certificate', await assertion(expired, facts), 700027],
    ['another audience', await sign({ aud: 'https://login.microsoftonline.com/common' }), 700023],
    [
      'the endpoint of another server',
      await sign({ aud: `https://login.microsoftonline.com/${tenantId}/v2.0` }),
      700023,
    ],
    [
      'the endpoint under another name',
      await sign({ aud: audience.replace('localhost', 'l0calhost') }),
      700023,
    ],
    ['expired', await sign({ nbf: now - 700, exp: now - 100 }), 700024],
    ['not yet valid', await sign({ nbf: now + 120 }), 700024],
    ['without an end', await sign({ exp: undefined }), 700024],
    ['another subject', await sign({ sub: CLIENT_4 }), 700021],
    ['another issuer', await sign({ iss: CLIENT_4 }), 700021],
    ['no jti', await sign({ jti: undefined }), 50027],
  ];
  for (const [name, token, code] of cases) {
    const answer = await askForToken(tenant, withAssertion(token));
    assert.deepEqual([answer.status, answer.body['error_codes']], [401, [code]], name);
  }
  const typeless = await askForToken(tenant, {
    ...withAssertion(await sign()),
    client_assertion_type: undefined,
  });
  assert.deepEqual(typeless.body['error_codes'], [900144]);
});

test('the clock skew that is forgiven can be set', async () => {
  const early = withAssertion(await sign({ nbf: Math.floor(Date.now() / 1000) + 120 }));
  entra.settings.clockSkew = 300;
  const forgiven = await askForToken(tenant, early);
  entra.settings.clockSkew = 1;
  assert.equal(forgiven.status, 200);
  assert.equal((await askForToken(tenant, early)).status, 401);
});

test('a federated assertion must match issuer, subject and audience, and be really signed', async () => {
  const subject = tenant.identity.principalId;
  const ask = async (client_id: string, token: string) => {
    const { status, body } = await askForToken(tenant, { ...withAssertion(token), client_id });
    return [status, asRecord(body)['error_codes']];
  };
  const mint = async (resource: string): Promise<string> => {
    const url = `${tenant.urls.identityEndpoint}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
    const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': tenant.identityHeader } });
    return String(asRecord(await response.json())['access_token']);
  };
  const good = await mint('api://AzureADTokenExchange');
  assert.deepEqual(await ask(clientId, good), [200, undefined]);
  assert.deepEqual(await ask(CLIENT_4, good), [400, [70021]], 'nothing federated is registered');

  const register = (federated: { subject: string; issuer?: string; audience?: string }): void => {
    entra.register({ tenantId, clientId: CLIENT_4, federated: [federated] });
  };
  register({ subject, issuer: 'https://token.actions.githubusercontent.com' });
  assert.deepEqual(await ask(CLIENT_4, good), [401, [700211]]);
  register({ subject: subject.toUpperCase() });
  assert.deepEqual(await ask(CLIENT_4, good), [401, [700213]], 'matching minds upper and lower case');
  register({ subject, audience: 'api://AzureADTokenExchangeUSGov' });
  assert.deepEqual(await ask(CLIENT_4, good), [401, [700212]]);
  register({ subject });
  assert.deepEqual(await ask(CLIENT_4, good), [200, undefined]);

  const forged = await new SignJWT({ sub: subject, jti: '1' })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(`${tenant.urls.login}/${tenantId}/v2.0`)
    .setAudience('api://AzureADTokenExchange')
    .setExpirationTime('5 minutes')
    .sign(certificate.privateKey);
  assert.deepEqual(await ask(CLIENT_4, forged), [401, [50013]]);
});

test('what was asked is on record', async () => {
  const issued = entra.issued();
  await askForToken(tenant, { client_secret: 'wrong' });
  const { at, ...record } = entra.requests.at(-1) ?? { at: '' };
  assert.ok(!Number.isNaN(Date.parse(at)));
  assert.deepEqual(record, {
    tenant: tenantId,
    clientId,
    scope: 'https://graph.microsoft.com/.default',
    kind: 'secret',
    status: 401,
    aadsts: 7000215,
  });
  assert.equal(entra.issued(), issued);
});
