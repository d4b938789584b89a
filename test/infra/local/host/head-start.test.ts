import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headStart } from '../../../../infra/local/host/triggers.ts';

test('the other triggers wait a moment, and then for the invocations that have begun', async () => {
  const underWay = [1, 2, 1, 0, 1];
  let pauses = 0;
  await headStart(
    () => underWay[pauses - 1] ?? 0,
    async () => void (pauses += 1),
  );
  assert.equal(pauses, 4);
});
