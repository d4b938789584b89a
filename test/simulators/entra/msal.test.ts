/** The pretend Entra ID as @azure/msal-node sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConfidentialClientApplication,
  ManagedIdentityApplication,
  type NodeAuthOptions,
} from '@azure/msal-node';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { GRAPH_SCOPE, openTenant } from '../tenant.ts';
import { makeCertificate } from './signing.ts';

const certificate = await makeCertificate();
const tenant = await openTenant({ certificates: [certificate.cert] });
const { entra } = tenant;

function client(credential: Partial<NodeAuthOptions>): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId: tenant.clientId,
      authority: `${tenant.urls.login}/${tenant.tenantId}`,
      knownAuthorities: [new URL(tenant.urls.login).host],
      ...credential,
    },
  });
}

const request = { scopes: [GRAPH_SCOPE] };

test('a secret gets a token that Graph and anybody with the published keys can verify', async () => {
  const before = entra.issued('secret');
  const result = await client({ clientSecret: tenant.clientSecret }).acquireTokenByClientCredential(request);
  assert.ok(result?.expiresOn);
  const seconds = (result.expiresOn.getTime() - Date.now()) / 1000;
  assert.ok(seconds > 3500 && seconds < 3600, String(seconds));
  assert.equal(entra.issued('secret'), before + 1);

  const keys = createRemoteJWKSet(new URL(`${tenant.urls.login}/${tenant.tenantId}/discovery/v2.0/keys`));
  const { payload } = await jwtVerify(result.accessToken, keys, { audience: 'https://graph.microsoft.com' });
  assert.equal(payload['appid'], tenant.clientId);
  assert.equal(payload['tid'], tenant.tenantId);
  assert.deepEqual(payload['roles'], ['Mail.Send'], 'only the roles of this resource');
  assert.equal((await entra.verify(result.accessToken, 'https://graph.microsoft.com')).ok, true);
  assert.deepEqual(await entra.verify(result.accessToken, 'https://outlook.office365.com'), {
    ok: false,
    reason: 'audience',
  });
});

test('a certificate gets one with a PS256 assertion', async () => {
  const result = await client({
    clientCertificate: { thumbprintSha256: certificate.thumbprint, privateKey: certificate.key },
  }).acquireTokenByClientCredential(request);
  assert.ok(result);
  const { kind, alg, status } = entra.requests.at(-1) ?? {};
  assert.deepEqual({ kind, alg, status }, { kind: 'certificate', alg: 'PS256', status: 200 });
});

test('another certificate is refused as MSAL users know it', async () => {
  const other = await makeCertificate();
  const asking = client({
    clientCertificate: { thumbprintSha256: other.thumbprint, privateKey: other.key },
  }).acquireTokenByClientCredential(request);
  await assert.rejects(asking, (error: Error) => {
    assert.match(error.message, /AADSTS700027.*The key was not found/);
    assert.ok(error.message.includes(other.thumbprint));
    return 'errorCode' in error && error.errorCode === 'invalid_client';
  });
});

test('a managed identity vouches for the application', async () => {
  const restore = { ...process.env };
  process.env['IDENTITY_ENDPOINT'] = tenant.urls.identityEndpoint;
  process.env['IDENTITY_HEADER'] = tenant.identityHeader;
  try {
    const identity = new ManagedIdentityApplication({
      managedIdentityIdParams: { userAssignedClientId: tenant.identity.clientId },
    });
    const result = await client({
      clientAssertion: async () => {
        const token = await identity.acquireToken({ resource: 'api://AzureADTokenExchange' });
        return token.accessToken;
      },
    }).acquireTokenByClientCredential(request);
    assert.ok(result);
    assert.equal(entra.requests.at(-1)?.kind, 'federated');
    const storage = await identity.acquireToken({ resource: 'https://storage.azure.com/' });
    const verdict = await entra.verify(storage.accessToken, 'https://storage.azure.com/');
    assert.ok(verdict.ok);
    assert.equal(verdict.claims['oid'], tenant.identity.principalId);
  } finally {
    process.env = restore;
  }
});

test('refresh_in reaches MSAL; expires_in can be short', async () => {
  entra.settings.refreshIn = 1800;
  entra.settings.expiresIn = 4000;
  const result = await client({ clientSecret: tenant.clientSecret }).acquireTokenByClientCredential(request);
  entra.settings.refreshIn = undefined;
  entra.settings.expiresIn = 3599;
  assert.ok(result?.refreshOn && result.expiresOn);
  assert.ok(Math.abs(result.expiresOn.getTime() - result.refreshOn.getTime() - 2_200_000) < 2000);
});

test('token requests are counted: MSAL does not coalesce, and here is how one sees it', async () => {
  const before = entra.hits('token');
  // Slow enough for all of them to be on their way before the first answer is in MSAL's cache.
  tenant.faults.entra.add({ kind: 'slow', ms: 2000, times: 5 });
  const one = client({ clientSecret: tenant.clientSecret });
  await Promise.all(Array.from({ length: 5 }, () => one.acquireTokenByClientCredential(request)));
  tenant.faults.entra.clear();
  assert.equal(entra.hits('token') - before, 5);
});

test('outages look to MSAL as the real ones do', async () => {
  const fail = async (): Promise<unknown> =>
    client({ clientSecret: tenant.clientSecret })
      .acquireTokenByClientCredential(request)
      .then(
        () => 'token',
        (error: unknown) => (error instanceof Error && 'errorCode' in error ? error.errorCode : error),
      );
  tenant.faults.entra.add({ kind: 'status', status: 503 });
  assert.equal(await fail(), 'temporarily_unavailable');
  tenant.faults.entra.add({ kind: 'status', status: 429, retryAfter: '5' });
  assert.equal(await fail(), 'temporarily_unavailable');
  tenant.faults.entra.add({ kind: 'status', status: 502, html: true });
  assert.equal(await fail(), 'token_parsing_error');
  tenant.faults.entra.add({ kind: 'reset' });
  assert.equal(await fail(), 'network_error');
  tenant.faults.entra.add({ kind: 'slow', ms: 20 });
  assert.equal(await fail(), 'token');
});
