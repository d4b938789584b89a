/**
 * The app settings of the template are those that the code reads, and what would be deployed is a configuration that starts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { readConfig } from '../../../shared/platform/config.ts';
import type { Setting } from '../../../shared/platform/setting.ts';
import { settings } from '../../../shared/platform/settings.ts';
import { openStorage } from '../../../shared/platform/storage.ts';
import { ofType, only, snapshotNames, template } from './template.ts';

/** Not for the administrator to give as a setting, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  POSTRIDER_TENANT_ID: 'parameter tenantId',
  POSTRIDER_CLIENT_ID: 'parameter clientId',
  POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: 'parameter credential',
  POSTRIDER_CLIENT_CERTIFICATE: 'the certificate lies in Key Vault',
  POSTRIDER_KEY_VAULT_CERTIFICATE: 'parameter credential',
  POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: 'parameter credential',
  POSTRIDER_CLIENT_SECRET: 'parameter credential; the secret lies in Key Vault',
  POSTRIDER_CLIENT_CERTIFICATES: 'parameter clientCertificates, which also switches App Service',
  POSTRIDER_OPERATOR_SIGN_IN: 'parameter operatorClientId, which also switches App Service authentication',
  POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'for the sandbox and for tests',
};

const type = template().definitions?.['bridgeSettings'];
const schemaOf = (name: string) => {
  const known: Readonly<Record<string, Setting<unknown>>> = settings;
  return known[name] && z.toJSONSchema(known[name].schema(), { io: 'input', unrepresentable: 'any' });
};

test('the settings of the template are those of the code', () => {
  const given = Object.keys(type?.properties ?? {});
  const known = Object.keys(settings);
  assert.deepEqual(
    known.filter((name) => !given.includes(name) && !(name in elsewhere)),
    [],
    'in shared/platform/settings.ts, and not in infra/azure/settings.bicep',
  );
  assert.deepEqual(
    given.filter((name) => !known.includes(name) || name in elsewhere),
    [],
    'in infra/azure/settings.bicep, and not in shared/platform/settings.ts',
  );
  assert.equal(type?.additionalProperties, false, 'a name that nobody knows is refused');
});

test('where the code knows a few values, so does the template; empty stands for none', () => {
  for (const [name, { allowedValues, nullable }] of Object.entries(type?.properties ?? {})) {
    const values = schemaOf(name)?.enum;
    assert.deepEqual(allowedValues?.toSorted(), values && ['', ...values.map(String)].toSorted(), name);
    assert.equal(nullable, true, name);
  }
});

/** What only Azure knows, as it might be. */
const resolved = (value: string): string => {
  if (!value.startsWith('[')) return value;
  if (value.includes('{0}certificates/')) return 'https://vault.vault.azure.net/certificates/postrider';
  if (value.includes('publicIPAddresses')) return '203.0.113.9/32';
  if (/frontDoorId|clientId/.test(value)) return '55555555-5555-4555-8555-555555555555';
  const service = /primaryEndpoints\.(\w+)\]$/.exec(value)?.[1];
  return service ? `https://account.${service}.core.windows.net/` : value;
};

/** What App Service puts in the place of a reference. */
const fromVault = (value: string): string =>
  value.includes('@Microsoft.KeyVault(') ? 'from the vault' : value;

/** A part of the app's configuration. */
const configOf = (snapshot: (typeof snapshotNames)[number], part: string) =>
  ofType(snapshot, 'Microsoft.Web/sites/config').find(({ name }) => name.endsWith(`/${part}`));

function environmentOf(snapshot: (typeof snapshotNames)[number]): Record<string, string> {
  const { properties } = configOf(snapshot, 'appsettings') as { properties: Record<string, string> };
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, resolved(value)]));
}

const started = (snapshot: (typeof snapshotNames)[number]) =>
  readConfig(
    Object.fromEntries(
      Object.entries(environmentOf(snapshot)).map(([name, value]) => [name, fromVault(value)]),
    ),
  );

test('what is deployed starts: one credential, the front end that stands there, storage without a key', () => {
  assert.equal(started('plain').credential.kind, 'federated');
  assert.deepEqual(started('plain').frontEnd, { kind: 'app-service' });
  assert.equal(started('private').credential.kind, 'key-vault');
  assert.deepEqual(started('private').transports, ['graph', 'smtp']);
  assert.deepEqual([...started('private').secrets.keys()].toSorted(), ['GITHUB', 'GRAFANA_TWO']);
  assert.equal(started('managed').credential.kind, 'secret');
  for (const snapshot of snapshotNames) {
    const environment = environmentOf(snapshot);
    assert.equal(environment['AzureWebJobsStorage'], undefined);
    assert.equal(environment['AzureWebJobsStorage__credential'], 'managedidentity');
    const table = openStorage(environment).table('PostriderMessages');
    assert.equal(table.url, 'https://account.table.core.windows.net');
  }
});

test('operators who sign in are believed exactly where App Service authentication stands, and nobody needs to sign in', () => {
  for (const snapshot of snapshotNames) {
    const front = configOf(snapshot, 'authsettingsV2')?.properties;
    const wanted = environmentOf(snapshot)['POSTRIDER_OPERATOR_SIGN_IN'];
    assert.equal(wanted, front ? 'app-service' : 'off', snapshot);
    assert.equal(front !== undefined, snapshot === 'private');
    if (!front) continue;
    assert.equal(front.platform.enabled, true);
    assert.deepEqual(front.globalValidation, {
      requireAuthentication: false,
      unauthenticatedClientAction: 'AllowAnonymous',
    });
    const { registration, validation } = front.identityProviders.azureActiveDirectory;
    assert.equal(registration.clientId, '44444444-4444-4444-8444-444444444444');
    assert.ok(
      validation.allowedAudiences.every((audience: string) => audience.endsWith(registration.clientId)),
    );
    // No secret: the setting that is named in the place of one holds the ID of the identity.
    assert.match(environmentOf(snapshot)[registration.clientSecretSettingName] ?? '', /^[\da-f-]{36}$/);
    assert.equal(front.httpSettings.forwardProxy.convention, 'Standard');
  }
  // What Azure sets while it is on decides with it.
  const environment = { ...environmentOf('private') };
  assert.equal(started('private').operatorSignIn, false);
  const on = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fromVault(value)]));
  assert.equal(readConfig({ ...on, WEBSITE_AUTH_ENABLED: 'True' }).operatorSignIn, true);
});

test('a certificate of the caller is demanded of everybody where it is believed at all', () => {
  for (const snapshot of snapshotNames) {
    const { clientCertEnabled, clientCertMode, clientCertExclusionPaths } = only(
      snapshot,
      'Microsoft.Web/sites',
    ).properties;
    assert.deepEqual([clientCertMode, clientCertExclusionPaths], ['Required', undefined]);
    assert.equal(started(snapshot).clientCertificates, clientCertEnabled);
  }
});

test('every setting is one that the code, the host, App Service or Application Insights reads', () => {
  const host =
    /^(?:AzureWebJobsStorage__(?:(?:blob|queue|table)ServiceUri|credential|clientId)|AzureWebJobsDisableHomepage|OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID|WEBSITE_AUTH_AAD_ALLOWED_TENANTS|APPLICATIONINSIGHTS_(?:CONNECTION|AUTHENTICATION)_STRING)$/;
  for (const snapshot of snapshotNames) {
    const unknown = Object.keys(environmentOf(snapshot)).filter(
      (name) => !(name in settings) && !/^POSTRIDER_SECRET_[A-Z]/.test(name) && !host.test(name),
    );
    assert.deepEqual(unknown, [], snapshot);
  }
});

test('a secret is a reference to the vault, never a text', () => {
  const environment = environmentOf('private');
  const secrets = Object.entries(environment).filter(([name]) => /CERTIFICATE$|_SECRET(?:_|$)/.test(name));
  assert.deepEqual(secrets.map(([name]) => name).toSorted(), [
    'POSTRIDER_KEY_VAULT_CERTIFICATE',
    'POSTRIDER_SECRET_GITHUB',
    'POSTRIDER_SECRET_GRAFANA_TWO',
  ]);
  // An address of the vault, from which the bridge itself reads.
  assert.equal(
    environment['POSTRIDER_KEY_VAULT_CERTIFICATE'],
    'https://vault.vault.azure.net/certificates/postrider',
  );
  for (const [name, value] of secrets.filter(([one]) => one !== 'POSTRIDER_KEY_VAULT_CERTIFICATE'))
    assert.match(value, /@Microsoft\.KeyVault\(SecretUri=\{0\}secrets\//, name);
  assert.match(environment['POSTRIDER_SECRET_GRAFANA_TWO'] ?? '', /postrider-secret-.*'grafana-two'/);
});
