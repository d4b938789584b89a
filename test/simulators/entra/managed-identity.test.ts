import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRecord, openTenant } from '../tenant.ts';

const tenant = await openTenant();
const header = { 'X-IDENTITY-HEADER': tenant.identityHeader };

async function ask(query: Record<string, string>, headers: Record<string, string> = header) {
  const response = await fetch(`${tenant.urls.identityEndpoint}?${new URLSearchParams(query).toString()}`, {
    headers,
  });
  return { status: response.status, body: asRecord(await response.json()) };
}

const good = { 'api-version': '2019-08-01', resource: 'https://storage.azure.com/' };

test('the answer has the members of protocol version 2019-08-01', async () => {
  const { status, body } = await ask({ ...good, client_id: tenant.identity.clientId });
  assert.equal(status, 200);
  assert.equal(body['resource'], 'https://storage.azure.com/');
  assert.equal(body['token_type'], 'Bearer');
  assert.match(String(body['expires_on']), /^\d{10}$/);
  assert.equal(typeof body['expires_on'], 'string');
  const verdict = await tenant.entra.verify(String(body['access_token']), 'https://storage.azure.com/');
  assert.ok(verdict.ok);
  assert.equal(verdict.claims.iss, `https://sts.windows.net/${tenant.tenantId}/`);
});

test('without the header, or with anything else wrong, there is no token', async () => {
  assert.equal((await ask(good, {})).status, 401);
  assert.equal((await ask(good, { 'X-IDENTITY-HEADER': 'guess' })).status, 401);
  assert.equal((await ask({ ...good, 'api-version': '2017-09-01' })).status, 400);
  assert.equal((await ask({ ...good, resource: 'https://nothing.example' })).status, 400);
  assert.equal((await ask({ ...good, client_id: 'c0a80101-7e57-4000-8000-0000000000ff' })).status, 400);
});

test('faults can be aimed at it', async () => {
  tenant.faults.entra.add({ kind: 'status', status: 500, at: 'identity' });
  assert.equal((await ask(good)).status, 500);
  assert.equal((await ask(good)).status, 200);
});
