/** The pretend Graph as @microsoft/microsoft-graph-client sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AuthenticationHandler,
  Client,
  GraphError,
  HTTPMessageHandler,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { getToken, mail, openTenant } from '../tenant.ts';

const tenant = await openTenant();
const token = await getToken(tenant);
const shared = { baseUrl: `${tenant.urls.graph}/`, customHosts: new Set(['localhost']) };
const authProvider = { getAccessToken: () => Promise.resolve(token) };
const path = '/users/alerts%40contoso.com/sendMail';

test('a chain of authentication and HTTP alone sends once and sees the answer raw', async () => {
  const authentication = new AuthenticationHandler(authProvider);
  authentication.setNext(new HTTPMessageHandler());
  const client = Client.initWithMiddleware({ ...shared, middleware: authentication });
  const before = tenant.graph.counts.requests;
  const answer: unknown = await client.api(path).responseType(ResponseType.RAW).post(mail());
  assert.ok(answer instanceof Response);
  assert.equal(answer.status, 202);
  assert.ok(answer.headers.get('request-id'));
  tenant.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const failed: unknown = await client.api(path).responseType(ResponseType.RAW).post(mail());
  assert.ok(failed instanceof Response);
  assert.equal(failed.status, 504);
  assert.equal(tenant.graph.counts.requests - before, 2);
  assert.equal(tenant.store.list()[0]?.requestId, failed.headers.get('request-id'));
});

test('its default chain understands the errors, and sends a 504 again although it was accepted', async () => {
  const client = Client.initWithMiddleware({ ...shared, authProvider });
  await assert.rejects(client.api(path).post(mail({ toRecipients: [] })), (error) => {
    assert.ok(error instanceof GraphError);
    assert.deepEqual([error.statusCode, error.code], [400, 'ErrorInvalidRecipients']);
    assert.match(error.requestId ?? '', /^[\da-f-]{36}$/);
    return true;
  });
  const before = tenant.store.accepted;
  tenant.faults.graph.add({ kind: 'accept-then-status', status: 504, retryAfter: '0' });
  await client.api(path).post(mail());
  assert.equal(
    tenant.store.accepted - before,
    2,
    'two copies of one mail: why nobody may use this chain for mail',
  );
});
