/**
 * The storage account has what the code opens, and no door that a key opens.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageNames } from '../../../shared/platform/storage.ts';
import { ofType, only, snapshotNames } from './template.ts';

const account = 'Microsoft.Storage/storageAccounts';
const leaf = (name: string) => name.slice(name.lastIndexOf('/') + 1);

test('queues, tables and containers are those that the code opens, and the container of the package', () => {
  const made = [
    ...ofType('plain', `${account}/tableServices/tables`),
    ...ofType('plain', `${account}/queueServices/queues`),
    ...ofType('plain', `${account}/blobServices/containers`),
  ].map(({ name }) => leaf(name));
  assert.deepEqual(made.toSorted(), [...Object.values(storageNames), 'app-package'].toSorted());
  const tables = ofType('plain', `${account}/tableServices/tables`).map(({ name }) => leaf(name));
  assert.deepEqual(
    tables.toSorted(),
    Object.values(storageNames)
      .filter((name) => /^[A-Z]/.test(name))
      .toSorted(),
  );
  const containers = ofType('plain', `${account}/blobServices/containers`);
  assert.deepEqual(containers.map(({ name }) => leaf(name)).toSorted(), [
    'app-package',
    storageNames.content,
  ]);
  assert.ok(containers.every(({ properties }) => properties.publicAccess === 'None'));
});

test('every queue has its poison queue', () => {
  const queues = ofType('plain', `${account}/queueServices/queues`).map(({ name }) => leaf(name));
  const plain = queues.filter((name) => !name.endsWith('-poison'));
  assert.deepEqual(queues.toSorted(), plain.flatMap((name) => [name, `${name}-poison`]).toSorted());
});

test('no shared key, no public blob, no old TLS, whatever is asked for', () => {
  for (const snapshot of snapshotNames) {
    const { properties } = only(snapshot, account);
    assert.equal(properties.allowSharedKeyAccess, false);
    assert.equal(properties.allowBlobPublicAccess, false);
    assert.equal(properties.allowCrossTenantReplication, false);
    assert.equal(properties.supportsHttpsTrafficOnly, true);
    assert.equal(properties.minimumTlsVersion, 'TLS1_2');
  }
});

test('in a private network the account and the vault are closed but for the addresses that are named', () => {
  for (const type of [account, 'Microsoft.KeyVault/vaults']) {
    const { properties } = only('private', type);
    assert.equal(properties.networkAcls.defaultAction, 'Deny');
    assert.deepEqual(
      properties.networkAcls.ipRules.map(({ value }: { value: string }) => value),
      ['198.51.100.7'],
    );
    assert.equal(only('plain', type).properties.networkAcls.defaultAction, 'Allow');
  }
  const groups = ofType('private', 'Microsoft.Network/privateEndpoints').map(
    ({ properties }) => properties.privateLinkServiceConnections[0].properties.groupIds[0] as string,
  );
  assert.deepEqual(groups.toSorted(), ['blob', 'queue', 'table', 'vault']);
  assert.equal(ofType('private', 'Microsoft.Network/privateDnsZones').length, 4);
  const [subnet] = only('private', 'Microsoft.Network/virtualNetworks').properties.subnets;
  assert.equal(subnet.properties.delegations[0].properties.serviceName, 'Microsoft.App/environments');
  assert.ok(subnet.properties.natGateway.id);
});

test('forgotten content is removed by the account, and later than any retention that is usual', () => {
  const { rules } = only('plain', `${account}/managementPolicies`).properties.policy;
  assert.deepEqual(rules[0].definition.filters.prefixMatch, [`${storageNames.content}/`]);
  assert.ok(rules[0].definition.actions.baseBlob.delete.daysAfterModificationGreaterThan > 365);
  const blobs = (snapshot: 'plain' | 'private') => only(snapshot, `${account}/blobServices`).properties;
  assert.equal(blobs('plain').deleteRetentionPolicy.enabled, false, 'content that is gone is gone');
  assert.equal(blobs('private').deleteRetentionPolicy.days, 7);
});
