/** What a cloud fills in, written down a second time from Microsoft's pages, so that a slip in one of the two shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clouds } from '../../shared/platform/clouds.ts';
import { ConfigurationError, readConfig } from '../../shared/platform/config.ts';
import { openStorage } from '../../shared/platform/storage.ts';

const minimal = { POSTRIDER_TENANT_ID: 'contoso.com', POSTRIDER_CLIENT_ID: 'client' };

const read = (cloud: string, url: string, more: Record<string, string> = {}) =>
  readConfig({ ...minimal, POSTRIDER_CLOUD: cloud, POSTRIDER_KEY_VAULT_CERTIFICATE: url, ...more })
    .credential;

const fault = (url: string): string => {
  try {
    readConfig({ ...minimal, POSTRIDER_KEY_VAULT_CERTIFICATE: url });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return '';
};

/** Hosts of Entra ID, Graph, Exchange, SMTP; audience of federation; domains of vaults and storage. */
const table = {
  global: [
    'login.microsoftonline.com',
    'graph.microsoft.com',
    'outlook.office365.com',
    'smtp.office365.com',
    'api://AzureADTokenExchange',
    'vault.azure.net',
    'core.windows.net',
  ],
  'gcc-high': [
    'login.microsoftonline.us',
    'graph.microsoft.us',
    'outlook.office365.us',
    'smtp.office365.us',
    'api://AzureADTokenExchangeUSGov',
    'vault.usgovcloudapi.net',
    'core.usgovcloudapi.net',
  ],
  dod: [
    'login.microsoftonline.us',
    'dod-graph.microsoft.us',
    'outlook-dod.office365.us',
    'outlook-dod.office365.us',
    'api://AzureADTokenExchangeUSGov',
    'vault.usgovcloudapi.net',
    'core.usgovcloudapi.net',
  ],
  china: [
    'login.chinacloudapi.cn',
    'microsoftgraph.chinacloudapi.cn',
    'partner.outlook.cn',
    'smtp.partner.outlook.cn',
    'api://AzureADTokenExchangeChina',
    'vault.azure.cn',
    'core.chinacloudapi.cn',
  ],
} as const;

test('one setting fills every endpoint of a cloud', () => {
  assert.deepEqual(Object.keys(clouds), Object.keys(table));
  for (const [cloud, row] of Object.entries(table)) {
    const [login, graph, exchange, smtp, audience, vault, storage] = row;
    const { endpoints } = readConfig({
      ...minimal,
      POSTRIDER_CLIENT_SECRET: 's',
      POSTRIDER_CLOUD: cloud,
    });
    assert.equal(endpoints.loginUrl, `https://${login}`);
    assert.equal(endpoints.graphUrl, `https://${graph}`);
    assert.equal(endpoints.graphResource, `https://${graph}`);
    assert.equal(endpoints.exchangeResource, `https://${exchange}`);
    assert.equal(endpoints.smtpHost, smtp);
    assert.equal(endpoints.tokenExchangeAudience, audience);
    assert.equal(endpoints.keyVaultResource, `https://${vault}`);
    assert.equal(endpoints.storageSuffix, storage);
    assert.ok(endpoints.tokenIssuers.some((issuer) => issuer === `https://${login}/{tenant}/v2.0`));
  }
});

test('a storage account is looked for in its cloud, unless its domain is given', () => {
  for (const [cloud, row] of Object.entries(table)) {
    const settings = { POSTRIDER_CLOUD: cloud, AzureWebJobsStorage__accountName: 'acct' };
    assert.equal(openStorage(settings).queue('q').url, `https://acct.queue.${row[6]}/q`);
    const given = { ...settings, AzureWebJobsStorage__endpointSuffix: 'storage.example' };
    assert.equal(openStorage(given).table('T').url, 'https://acct.table.storage.example');
  }
});

test('a vault must lie in its cloud, unless the resource is given', () => {
  for (const [cloud, row] of Object.entries(table)) {
    assert.deepEqual(read(cloud, `https://kv.${row[5]}/certificates/postrider`), {
      kind: 'key-vault',
      vaultUrl: `https://kv.${row[5]}`,
      certificate: 'postrider',
    });
  }
  const global = 'https://kv.vault.azure.net/certificates/postrider';
  assert.throws(() => read('china', global), /is not in vault\.azure\.cn/);
  assert.throws(() => read('global', 'https://vault.azure.net.example/certificates/p'), /is not in vault/);
  assert.throws(() => read('global', 'https://kvvault.azure.net/certificates/p'), /is not in vault/);
  const resource = { POSTRIDER_KEY_VAULT_RESOURCE: 'https://vault.sovereign.example' };
  assert.equal(read('china', global, resource).kind, 'key-vault');
});

test('a certificate is named by vault and name, and by no version', () => {
  assert.match(fault('https://kv.vault.azure.net/certificates/postrider/0123456789abcdef'), /with a version/);
  assert.match(
    fault('https://kv.vault.azure.net/secrets/postrider'),
    /POSTRIDER_KEY_VAULT_CERTIFICATE must be/,
  );
  assert.match(fault('http://kv.vault.azure.net/certificates/postrider'), /must be https/);
  assert.match(fault('https://user:pw@kv.vault.azure.net/certificates/postrider'), /must be https/);
  assert.match(fault('postrider'), /must be https/);
  assert.equal(fault('https://kv.vault.azure.net/certificates/postrider/'), '');
});
