import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCredentialReport, type CredentialReport } from '../../shared/delivery/credential-report.ts';
import type { ClientCredential } from '../../shared/platform/config.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { makeCertificate } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

/** What is told of a credential that lies in no vault. */
const told = (credential: ClientCredential): Promise<CredentialReport> =>
  createCredentialReport({
    credential,
    certificates: () => assert.fail('no vault is asked'),
    clock: { now: () => now },
    wait: () => Promise.resolve(),
  })();

const secret = (days?: number): ClientCredential => ({
  kind: 'secret',
  secret: new Secret('of the app'),
  ...(days === undefined ? {} : { expiresAt: inDays(days) }),
});

test('far is well, near is a concern, over is a failure', async () => {
  const far = await told(secret(31));
  assert.deepEqual(far, {
    status: 'pass',
    name: 'POSTRIDER_CLIENT_SECRET',
    kind: 'secret',
    expiresAt: inDays(31),
    daysLeft: 31,
  });
  for (const days of [30, 7, 0.5]) assert.equal((await told(secret(days))).status, 'warn', String(days));
  for (const days of [0, -1]) assert.equal((await told(secret(days))).status, 'fail', String(days));
  const { daysLeft, reason } = await told(secret(-1));
  assert.equal(daysLeft, -1);
  assert.match(reason ?? '', /expired on 2026-11-19: make a new one/);
});

test('a certificate tells its end itself, and nothing else of itself', async () => {
  const { certificate, privateKey } = await makeCertificate(20);
  const report = await told({ kind: 'certificate', pem: new Secret(certificate + privateKey) });
  assert.equal(report.name, 'POSTRIDER_CLIENT_CERTIFICATE');
  assert.ok(report.expiresAt && report.daysLeft !== undefined);
  assert.ok(!JSON.stringify(report).includes('BEGIN'));
});

test('what has no end is well; a secret whose end nobody has told is not', async () => {
  assert.deepEqual(await told({ kind: 'federated', identityClientId: 'x' }), {
    status: 'pass',
    name: 'POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID',
    kind: 'federated',
  });
  const report = await told(secret());
  assert.deepEqual([report.status, report.expiresAt], ['warn', undefined]);
  assert.match(report.reason ?? '', /POSTRIDER_CLIENT_SECRET_EXPIRES/);
});
