import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFairness } from '../../shared/submission/flood.ts';

const start = Date.parse('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(start + seconds * 1000);

test('who submits far more than others goes behind them, and comes back when the flood is over', () => {
  const fairness = createFairness();
  for (let i = 0; i < 60; i++) assert.equal(fairness('flood', 1, 'normal', at(i / 10)), 'normal');
  assert.equal(fairness('flood', 1, 'normal', at(7)), 'low');
  assert.equal(fairness('quiet', 1, 'normal', at(7)), 'normal');
  assert.equal(fairness('flood', 1, 'normal', at(12)), 'low', 'the window before counts');
  assert.equal(fairness('flood', 1, 'normal', at(23)), 'normal');
});

test('a batch counts with all of its messages', () => {
  const fairness = createFairness();
  assert.equal(fairness('batch', 60, 'normal', at(0)), 'normal');
  assert.equal(fairness('batch', 1, 'normal', at(1)), 'low');
});

test('what is high overtakes the flood of its own submitter, until it is a flood itself', () => {
  const fairness = createFairness();
  assert.equal(fairness('alarm', 1000, 'normal', at(0)), 'low');
  assert.equal(fairness('alarm', 1, 'high', at(1)), 'high');
  assert.equal(fairness('alarm', 100, 'high', at(2)), 'normal');
});
