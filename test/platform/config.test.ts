import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, readConfig } from '../../shared/platform/config.ts';
import { openStorage } from '../../shared/platform/storage.ts';

const minimal = {
  POSTRIDER_TENANT_ID: 'tenant',
  POSTRIDER_CLIENT_ID: 'client',
  POSTRIDER_CLIENT_SECRET: 'secret',
};
const fault = (environment: Record<string, string>) => {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return 'accepted';
};

test('three settings are enough', () => {
  const config = readConfig(minimal);
  assert.equal(config.endpoints.graphUrl, 'https://graph.microsoft.com');
  assert.deepEqual(config.transports, ['graph']);
  assert.equal(config.credential.kind === 'secret' && config.credential.secret.reveal(), 'secret');

  assert.equal(config.lifetime, 86_400);
});

test('one sentence names every setting at fault', () => {
  assert.match(fault({}), /POSTRIDER_TENANT_ID is missing; POSTRIDER_CLIENT_ID is missing/);
  assert.match(fault({ ...minimal, POSTRIDER_CLIENT_SECRET: '' }), /no credential is set/);
  assert.match(fault({ ...minimal, POSTRIDER_CLIENT_CERTIFICATE: 'pem' }), /more than one credential/);
  assert.match(
    fault({ ...minimal, POSTRIDER_LIFETIME: 'a day' }),
    /POSTRIDER_LIFETIME must be a whole number followed by/,
  );
  assert.match(
    fault({ ...minimal, POSTRIDER_ATTEMPT_TIMEOUT: '3m' }),
    /POSTRIDER_ATTEMPT_TIMEOUT must be at most 100s/,
  );
  assert.match(fault({ ...minimal, POSTRIDER_TRANSPORTS: 'pigeon' }), /POSTRIDER_TRANSPORTS/);
  assert.match(
    fault({ ...minimal, POSTRIDER_TRANSPORTS: 'smtp,smtp' }),
    /POSTRIDER_TRANSPORTS names a transport twice/,
  );
  assert.match(
    fault({ ...minimal, POSTRIDER_GRAPH_URL: 'http://graph.example' }),
    /POSTRIDER_GRAPH_URL must be an https URL/,
  );
  assert.match(fault({ ...minimal, POSTRIDER_CLOUD: 'moon' }), /POSTRIDER_CLOUD/);
  assert.ok(!fault({ ...minimal, POSTRIDER_LIFETIME: 'x' }).includes('secret'));
});

test('a cloud fills every endpoint, and each can be overridden', () => {
  const config = readConfig({
    ...minimal,
    POSTRIDER_CLOUD: 'china',
    POSTRIDER_SMTP_HOST: 'smtp.example',
    POSTRIDER_GRAPH_URL: 'https://graph.example/',
  });
  assert.equal(config.endpoints.loginUrl, 'https://login.chinacloudapi.cn');
  assert.equal(config.endpoints.smtpHost, 'smtp.example');
  assert.equal(config.endpoints.graphUrl, 'https://graph.example');
});

test('durations, lists and certificates are read as written in application settings', () => {
  const { POSTRIDER_CLIENT_SECRET: _, ...rest } = minimal;
  const config = readConfig({
    ...rest,
    POSTRIDER_CLIENT_CERTIFICATE: 'a\\nb',
    POSTRIDER_RETRY_SCHEDULE: '1m,5m,1h',
    POSTRIDER_TRANSPORTS: 'smtp, graph',
  });
  assert.deepEqual(config.retrySchedule, [60, 300, 3600]);
  assert.deepEqual(config.transports, ['smtp', 'graph']);
  assert.equal(config.credential.kind === 'certificate' && config.credential.pem.reveal(), 'a\nb');
});

test('storage without a connection, or with a broken one, is refused by name', () => {
  assert.throws(() => openStorage({}), /AzureWebJobsStorage is missing/);
  assert.throws(
    () => openStorage({ AzureWebJobsStorage: 'nonsense' }),
    /AzureWebJobsStorage is not a storage connection string/,
  );
  assert.throws(
    () => openStorage({ AzureWebJobsStorage__tableServiceUri: 'https://x.table.core.windows.net' }),
    /AzureWebJobsStorage__queueServiceUri/,
  );
  // Clients are made when they are first needed; what is wrong with their addresses is said at the start all the same.
  assert.throws(
    () =>
      openStorage({ AzureWebJobsStorage: 'AccountName=a;AccountKey=YQ==;TableEndpoint=https://t.example/' }),
    /AzureWebJobsStorage is not a storage connection string/,
  );
  assert.throws(
    () =>
      openStorage({
        AzureWebJobsStorage:
          'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==;TableEndpoint=https://t.example/',
      }),
    /AzureWebJobsStorage is not a storage connection string/,
  );
  assert.throws(
    () =>
      openStorage({
        AzureWebJobsStorage__accountName: 'acct',
        AzureWebJobsStorage__queueServiceUri: 'acct.queue',
      }),
    /AzureWebJobsStorage__queueServiceUri is no URL: write one such as https:/,
  );
});

test('storage opens with a connection string and with an identity', () => {
  assert.match(
    openStorage({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' }).queue('q').url,
    /127\.0\.0\.1:10001\/devstoreaccount1\/q$/,
  );
  const identity = openStorage({
    AzureWebJobsStorage__accountName: 'acct',
    AzureWebJobsStorage__clientId: 'id',
  });
  assert.equal(identity.queue('q').url, 'https://acct.queue.core.windows.net/q');
  assert.equal(identity.table('T').url, 'https://acct.table.core.windows.net');
});

test('a reference to Key Vault that was not resolved is no secret', () => {
  const reference = '@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/hook)';
  assert.match(
    fault({ ...minimal, POSTRIDER_SECRET_GITHUB: reference }),
    /POSTRIDER_SECRET_GITHUB.*not resolved/,
  );
  assert.match(
    fault({ ...minimal, POSTRIDER_CLIENT_SECRET: reference }),
    /POSTRIDER_CLIENT_SECRET.*not resolved/,
  );
});
