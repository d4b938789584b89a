/**
 * A faulty set-up stops at start, with one sentence that names the setting.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { bareEnvironment } from '../bare-environment.ts';
import { makeCertificate } from '../delivery/stage.ts';

const root = path.resolve(import.meta.dirname, '../..');
let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

async function start(settings: Record<string, string | undefined>): Promise<{ code: number; said: string }> {
  const env = {
    ...bareEnvironment,
    AzureWebJobsStorage: azurite.connectionString,
    POSTRIDER_TENANT_ID: 'tenant',
    POSTRIDER_CLIENT_ID: 'client',
    POSTRIDER_CLIENT_SECRET: 'a-secret-value',
    ...settings,
  };
  const command = ['infra/local/host/main.ts', root, '--port', '0', '--entry', 'functions/index.ts'];
  const child = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([
    child.stderr.toArray(),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, said: said.join('') };
}

async function refuses(settings: Record<string, string | undefined>, sentence: RegExp): Promise<void> {
  const { code, said } = await start(settings);
  assert.equal(code, 1, said);
  assert.match(said, sentence);
  assert.equal(said.trim().split('\n').length, 1, said);
  assert.ok(!said.includes('a-secret-value') && !said.includes('PRIVATE KEY-----'), said);
}

test('a missing tenant', () => refuses({ POSTRIDER_TENANT_ID: undefined }, /POSTRIDER_TENANT_ID is missing/));

test('no credential', () => refuses({ POSTRIDER_CLIENT_SECRET: undefined }, /no credential is set/));

test('a certificate that cannot be used', async () => {
  const { certificate, privateKey } = await makeCertificate(-1);
  const given = { POSTRIDER_CLIENT_SECRET: undefined };
  await refuses(
    { ...given, POSTRIDER_CLIENT_CERTIFICATE: 'nonsense' },
    /POSTRIDER_CLIENT_CERTIFICATE .*not PEM/,
  );
  await refuses(
    { ...given, POSTRIDER_CLIENT_CERTIFICATE: certificate },
    /POSTRIDER_CLIENT_CERTIFICATE .*no private key/,
  );
  await refuses(
    { ...given, POSTRIDER_CLIENT_CERTIFICATE: certificate + privateKey },
    /POSTRIDER_CLIENT_CERTIFICATE .*expired/,
  );
});

test('no storage, a broken connection string, storage that does not answer', async () => {
  await refuses({ AzureWebJobsStorage: undefined }, /AzureWebJobsStorage is missing/);
  await refuses(
    { AzureWebJobsStorage: 'nonsense' },
    /AzureWebJobsStorage is not a storage connection string/,
  );
  const dead = azurite.connectionString.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:9');
  await refuses({ AzureWebJobsStorage: dead }, /AzureWebJobsStorage/);
});
