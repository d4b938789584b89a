/**
 * Storage goes away while the bridge runs: nobody is told that a message was kept.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWorld } from './world.ts';

test('without storage a submission is refused with 503, and liveness goes on', async () => {
  const world = await startWorld();
  assert.equal((await world.submit()).status, 202);
  await world.azurite.stop();
  const answer = await world.submit();
  assert.equal(answer.status, 503);
  assert.equal(answer.json.code, 'storage-unavailable');
  assert.equal(answer.headers.get('retry-after'), '5');
  assert.match(answer.json.detail, /Nothing was promised/);
  assert.ok(!answer.text.includes('127.0.0.1'), 'nothing of the inside is told');
  assert.equal(
    world.logged.filter((line) => line.includes('storage.unavailable')).length,
    1,
    'a line, which the alert counts',
  );
  assert.equal((await world.request('GET', '/health/live')).status, 200);
  assert.equal((await world.request('HEAD', '/health/live')).status, 200);
  await world.host.stop();
  await world.microsoft365.stop();
});
