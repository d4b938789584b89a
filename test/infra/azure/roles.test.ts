/**
 * Who may do what in Azure: a short list, each on one resource.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofType, only, resources, snapshotNames, source } from './template.ts';

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles, read 2026-11. */
const allowed: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
};

const assignments = (snapshot: (typeof snapshotNames)[number]) =>
  ofType(snapshot, 'Microsoft.Authorization/roleAssignments').map(({ id, properties }) => ({
    role: allowed[String(properties.roleDefinitionId).split('/').at(-1) ?? ''] ?? properties.roleDefinitionId,
    on: /([^/]+\/[^/]+)\/[^/]+\/providers\/Microsoft\.Authorization/.exec(String(id))?.[1],
    person: !String(properties.principalId).startsWith('['),
  }));

test('every role that a source names is on the list', () => {
  const guids = source('roles.bicep').match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? [];
  assert.deepEqual(guids.toSorted(), Object.keys(allowed).toSorted());
});

test('the app has five roles: three on the account, one on the vault, one on the component', () => {
  for (const snapshot of snapshotNames) {
    const app = assignments(snapshot).filter(({ person }) => !person);
    assert.deepEqual(
      app.map(({ role, on }) => `${role} on ${on}`).toSorted(),
      [
        'Key Vault Secrets User on Microsoft.KeyVault/vaults',
        'Monitoring Metrics Publisher on Microsoft.Insights/components',
        'Storage Blob Data Owner on Microsoft.Storage/storageAccounts',
        'Storage Queue Data Contributor on Microsoft.Storage/storageAccounts',
        'Storage Table Data Contributor on Microsoft.Storage/storageAccounts',
      ],
      snapshot,
    );
  }
});

test('nobody else has any, unless he is named as an administrator', () => {
  assert.deepEqual(
    assignments('plain').filter(({ person }) => person),
    [],
  );
  assert.deepEqual(
    assignments('private')
      .filter(({ person }) => person)
      .map(({ role, on }) => `${role} on ${on}`)
      .toSorted(),
    [
      'Key Vault Secrets Officer on Microsoft.KeyVault/vaults',
      'Storage Blob Data Contributor on Microsoft.Storage/storageAccounts',
      'Storage Queue Data Contributor on Microsoft.Storage/storageAccounts',
      'Storage Table Data Contributor on Microsoft.Storage/storageAccounts',
    ],
  );
});

test('no service takes a local key or password where it can do without', () => {
  for (const snapshot of snapshotNames) {
    const insights = only(snapshot, 'Microsoft.Insights/components').properties;
    assert.equal(insights.DisableLocalAuth, true);
    const workspace = only(snapshot, 'Microsoft.OperationalInsights/workspaces').properties;
    assert.equal(workspace.features.disableLocalAuth, true);
    const vault = only(snapshot, 'Microsoft.KeyVault/vaults').properties;
    assert.equal(vault.enableRbacAuthorization, true);
    assert.equal(vault.enablePurgeProtection, true);
    assert.equal(vault.enabledForTemplateDeployment, false);
    const policies = ofType(snapshot, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    assert.deepEqual(
      policies.map(({ name, properties }) => [name.split('/').at(-1), properties.allow]),
      [
        ['ftp', false],
        ['scm', false],
      ],
    );
    const app = only(snapshot, 'Microsoft.Web/sites');
    assert.equal((app['identity'] as { type: string }).type, 'UserAssigned');
    assert.equal(
      app.properties.functionAppConfig.deployment.storage.authentication.type,
      'UserAssignedIdentity',
    );
    assert.ok(resources(snapshot).every((one) => !JSON.stringify(one).includes('SystemAssigned')));
  }
});
