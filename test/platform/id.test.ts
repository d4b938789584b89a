import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newMessageId, partitionOf, partitions } from '../../shared/platform/id.ts';

test('an id names its partition and sorts by time', () => {
  const early = new Date('2026-11-20T10:00:00Z');
  for (const partition of partitions) {
    const id = newMessageId(early, partition);
    assert.equal(partitionOf(id), partition);
    assert.ok(id < newMessageId(new Date(early.getTime() + 1), partition));
  }
});

test('ids spread over the partitions and do not repeat', () => {
  const ids = Array.from({ length: 2000 }, () => newMessageId(new Date()));
  assert.equal(new Set(ids).size, 2000);
  assert.equal(new Set(ids.map(partitionOf)).size, 16);
});

test('what is no id names no partition', () => {
  for (const text of [
    '',
    'x',
    '../etc/passwd',
    '01KAH',
    'idempotency-abc',
    newMessageId(new Date()).toUpperCase(),
    `${newMessageId(new Date())}0`,
    "0' or '1' eq '1",
  ]) {
    assert.equal(partitionOf(text), undefined, text);
  }
});
