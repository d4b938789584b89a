import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headStart } from '../../../../infra/local/host/triggers.ts';

/** Milliseconds that the other triggers wait. @param underWay invocations at each look. */
async function waited(underWay: (look: number) => number): Promise<number> {
  let looks = 0;
  let passed = 0;
  await headStart(
    () => underWay((looks += 1)),
    async (ms) => {
      passed += ms;
    },
  );
  return passed;
}

test('the other triggers wait a moment, and for a request that takes longer, but not for ever', async () => {
  assert.equal(await waited(() => 0), 50);
  assert.equal(await waited((look) => (look < 4 ? 1 : 0)), 200);
  assert.equal(await waited(() => 16), 2000);
});
