import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { messageIdOf, newMessageId, partitionOf, partitions } from '../../shared/platform/id.ts';

test('an id names its partition, and one made from time sorts by it', () => {
  const early = new Date('2026-11-20T10:00:00Z');
  const id = newMessageId(early);
  assert.match(partitionOf(id) ?? '', /^[0-9a-f]$/);
  assert.ok(id < newMessageId(new Date(early.getTime() + 1)));
});

test('an id made from a digest is an id, always the same, and no other digest gives it', () => {
  const digest = createHash('sha256').update('key').digest();
  const id = messageIdOf(digest);
  assert.equal(id, messageIdOf(digest));
  assert.ok(partitions.includes(partitionOf(id) ?? ''));
  for (let bit = 0; bit < 80; bit++) {
    const other = Buffer.from(digest);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(messageIdOf(other), id);
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
