import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAzurite } from '../../infra/local/azurite.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

test('a key that was revoked does not live on in an instance whose clock was put back', async (t) => {
  const azurite = await startAzurite();
  t.after(() => azurite.stop());
  const table = openStorage({ AzureWebJobsStorage: azurite.connectionString }).table(storageNames.access);
  let now = new Date('2026-11-20T12:00:00Z');
  const clock = { now: () => now };
  const [operator, instance] = [openAccessStore(table, clock), openAccessStore(table, clock)];
  await operator.keys.put({ id: 'k1', submitter: 'app', hash: 'x', createdAt: now });
  assert.ok((await instance.register('k1')).key('k1'));
  now = new Date(now.getTime() - 3_600_000);
  await operator.keys.remove('k1');
  assert.equal((await instance.register('k1')).key('k1'), undefined);
});
