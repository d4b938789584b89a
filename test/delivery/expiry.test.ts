import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { expiryOf, noticeOf } from '../../shared/delivery/expiry.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { makeCertificate } from './stage.ts';

const now = new Date('2026-11-28T12:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

test('it is said from 30 days before the end, and is an error from 7', () => {
  const levelAt = (days: number) => noticeOf('certificate', inDays(days), now)?.level;
  assert.deepEqual([31, 30, 8, 7, 0, -3].map(levelAt), [
    undefined,
    'warn',
    'warn',
    'error',
    'error',
    'error',
  ]);
  assert.equal(noticeOf('certificate', undefined, now), undefined);
});

test('the sentence names the setting, the day and what to do', () => {
  const soon = noticeOf('secret', inDays(3), now);
  assert.match(
    soon?.reason ?? '',
    /^The client secret expires on 2026-12-01: make a new one, put it into POSTRIDER_CLIENT_SECRET/,
  );
  assert.equal(soon?.days, 3);
  const over = noticeOf('key-vault', inDays(-1), now);
  assert.match(over?.reason ?? '', /POSTRIDER_KEY_VAULT_CERTIFICATE expired on 2026-11-27/);
  assert.equal(over?.days, -1);
});

test('a certificate says its end itself, a secret only where somebody wrote it down', async () => {
  const { certificate, privateKey } = await makeCertificate(10);
  const end = expiryOf({ kind: 'certificate', pem: new Secret(certificate + privateKey) });
  assert.ok(end && Math.abs(end.getTime() - Date.now() - 10 * 86_400_000) < 3_600_000);
  const settings = {
    POSTRIDER_TENANT_ID: 't',
    POSTRIDER_CLIENT_ID: 'c',
    POSTRIDER_CLIENT_SECRET: 's',
  };
  assert.equal(expiryOf(readConfig(settings).credential), undefined);
  const told = readConfig({ ...settings, POSTRIDER_CLIENT_SECRET_EXPIRES: '2027-05-31' }).credential;
  assert.equal(expiryOf(told)?.toISOString(), '2027-05-31T00:00:00.000Z');
  assert.throws(
    () => readConfig({ ...settings, POSTRIDER_CLIENT_SECRET_EXPIRES: 'next year' }),
    /POSTRIDER_CLIENT_SECRET_EXPIRES must be a date/,
  );
  assert.equal(expiryOf({ kind: 'federated', identityClientId: 'x' }), undefined);
});
