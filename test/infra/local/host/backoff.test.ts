import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoff } from '../../../../infra/local/host/queue/backoff.ts';

test('the pause doubles from 100 ms, stays at the maximum, and starts again after a hit', () => {
  const middle = createBackoff(2000, () => 0.5);
  assert.deepEqual(
    Array.from({ length: 8 }, () => middle(false)),
    [100, 200, 300, 500, 900, 1700, 2000, 2000],
  );
  assert.equal(middle(true), 100);
  assert.equal(middle(false), 200);
});

test('the step is random by a fifth either way', () => {
  assert.equal(secondPause(0), 180);
  assert.equal(secondPause(1), 220);
});

function secondPause(random: number): number {
  const backoff = createBackoff(60_000, () => random);
  backoff(true);
  return backoff(false);
}
