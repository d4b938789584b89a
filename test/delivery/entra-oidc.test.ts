/**
 * The certificate credential before a judge that nobody here wrote: oidc-provider checks signature, audience and times of the
 * client assertion, so a misreading shared by our code and our own simulator would show.
 */
import { strict as assert } from 'node:assert';
import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { clouds } from '../../shared/platform/clouds.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { makeCertificate, type TestCertificate } from './stage.ts';
import { Secret } from '../../shared/platform/secret.ts';

const scope = 'https://graph.microsoft.com/.default';
const tenant = 'contoso';
let server: Server;
let origin: string;
let certificate: TestCertificate;

before(async () => {
  certificate = await makeCertificate();
  const authority = await createAuthority();
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.caPem]);
  server = createServer(await authority.issue(['localhost']));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const prefix = `/${tenant}/v2.0`;
  const answer = new Provider(`${origin}${prefix}`, settings()).callback();
  server.on('request', (request, response) => {
    // Mounted below the tenant, as Entra ID is.
    Object.assign(request, { originalUrl: request.url, url: request.url?.replace(prefix, '') });
    void answer(request, response);
  });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function client(id: string, key: KeyObject): ClientMetadata {
  return {
    client_id: id,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), kty: 'RSA', use: 'sig', alg: 'PS256' }] },
  };
}

function settings(): Configuration {
  const ours = new X509Certificate(certificate.certificate).publicKey;
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  return {
    clients: [client('bridge', ours), client('stranger', foreign)],
    scopes: [scope],
    enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://graph.microsoft.com',
        getResourceServerInfo: () => ({
          scope,
          audience: 'https://graph.microsoft.com',
          accessTokenFormat: 'jwt',
        }),
      },
    },
  };
}

const source = (clientId: string) =>
  createTokenSource({
    clock: systemClock,
    config: {
      tenantId: tenant,
      clientId,
      credential: { kind: 'certificate', pem: new Secret(certificate.certificate + certificate.privateKey) },
      endpoints: { ...clouds.global, loginUrl: origin, smtpPort: 587 },
    },
  });

test('an OpenID provider takes the assertion that the certificate signs', async () => {
  const result = await source('bridge').token(scope);
  assert.ok(result.ok, JSON.stringify(result));
  const [, payload = ''] = result.accessToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  assert.equal(claims['aud'], 'https://graph.microsoft.com');
  assert.equal(claims['client_id'], 'bridge');
});

test('it refuses the assertion for a client that registered another key', async () => {
  const result = await source('stranger').token(scope);
  assert.ok(!result.ok);
  assert.equal(result.outcome.fault, 'configuration');
});
