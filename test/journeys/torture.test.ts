/**
 * A short run of the fault harness: three bridge processes, killed at named points of their work and hurt in other ways. `npm run
 * torture` does it at length.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asText } from '../torture/report.ts';
import { torture } from '../torture/torture.ts';

test('processes are killed and services fail: nothing accepted is lost, and no copy comes without a rule', async (t) => {
  const told = await torture(
    {
      seed: 20,
      messages: 120,
      kills: 8,
      processes: 3,
      faults: 'all',
      transport: 'graph',
      storage: 'azurite',
      lookup: 'none',
      lease: 6,
      patience: 60,
      sweepEvery: 2,
      json: false,
    },
    () => undefined,
  );
  t.diagnostic(asText(told).replaceAll('\n', ' · '));
  assert.equal(told.account.accepted, 120);
  assert.ok(told.kills >= 5, asText(told));
  assert.ok(told.kept, asText(told));
});
