/**
 * The function app: what Flex Consumption wants, and who may reach it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ofType, only, snapshotNames, template } from './template.ts';

const app = (snapshot: (typeof snapshotNames)[number]) => only(snapshot, 'Microsoft.Web/sites').properties;

test('Flex Consumption, one app on its plan, HTTPS and TLS 1.2', () => {
  for (const snapshot of snapshotNames) {
    const plan = only(snapshot, 'Microsoft.Web/serverfarms');
    assert.deepEqual(plan['sku'], { name: 'FC1', tier: 'FlexConsumption' });
    assert.equal(plan.properties.reserved, true);
    const { httpsOnly, siteConfig, keyVaultReferenceIdentity } = app(snapshot);
    assert.equal(httpsOnly, true);
    assert.equal(siteConfig.minTlsVersion, '1.2');
    assert.equal(siteConfig.scmMinTlsVersion, '1.2');
    assert.equal(siteConfig.ftpsState, 'Disabled');
    assert.match(keyVaultReferenceIdentity, /\/userAssignedIdentities\//);
  }
});

test('Node is one that the bundle is built for; memory, scale and always-ready follow the parameters', () => {
  const built = /target: 'node(\d+)'/.exec(
    readFileSync(new URL('../../../infra/build.ts', import.meta.url), 'utf8'),
  )?.[1];
  const parameter = template().parameters?.['nodeVersion'] as { allowedValues: string[] } | undefined;
  assert.ok(parameter?.allowedValues.every((version) => Number(version) >= Number(built)));
  assert.equal(app('plain').functionAppConfig.runtime.version, '24');
  const { scaleAndConcurrency } = app('private').functionAppConfig;
  assert.deepEqual(scaleAndConcurrency.alwaysReady, [{ name: 'http', instanceCount: 1 }]);
  assert.deepEqual(scaleAndConcurrency.triggers, { http: { perInstanceConcurrency: 16 } });
  assert.deepEqual(app('plain').functionAppConfig.scaleAndConcurrency.alwaysReady, []);
});

test('behind a front end the app is reached by that alone; without one by everybody', () => {
  const { siteConfig: open } = app('plain');
  assert.deepEqual([open.ipSecurityRestrictions, open.ipSecurityRestrictionsDefaultAction], [[], 'Allow']);

  const { siteConfig: fronted } = app('private');
  assert.equal(fronted.ipSecurityRestrictionsDefaultAction, 'Deny');
  const [rule, ...more] = fronted.ipSecurityRestrictions;
  assert.deepEqual(more, []);
  assert.equal(rule.ipAddress, 'AzureFrontDoor.Backend');
  // Every Front Door of the world speaks from there; the ID says which is ours.
  assert.match(rule.headers['x-azure-fdid'][0], /frontDoorId/);
  assert.equal(
    only('private', 'Microsoft.Cdn/profiles/afdEndpoints/routes').properties.forwardingProtocol,
    'HttpsOnly',
  );

  const { siteConfig: managed } = app('managed');
  // Its rules are known to Azure alone; were there none, nobody would get in.
  assert.equal(managed.ipSecurityRestrictionsDefaultAction, 'Deny');
  const tiers = template().parameters?.['apiManagementSku'] as { allowedValues?: string[] };
  // The others share their addresses with strangers.
  assert.deepEqual(tiers.allowedValues, ['Developer', 'Basic', 'Standard']);
});

test('with a network of its own everything that the app sends goes through it', () => {
  assert.deepEqual(app('private').outboundVnetRouting, { allTraffic: true });
  assert.match(app('private').virtualNetworkSubnetId, /\/subnets\/app$/);
  assert.equal(app('plain').virtualNetworkSubnetId, null);
  assert.equal(ofType('plain', 'Microsoft.Network/virtualNetworks').length, 0);
});
