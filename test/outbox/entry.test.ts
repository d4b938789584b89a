import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEntry } from '../../shared/outbox/entry.ts';
import { encodeEntry } from '../../shared/platform/queue.ts';

test('an entry survives the queue, whether or not the host has parsed it', () => {
  const text = Buffer.from(encodeEntry({ v: 1, message: 'abc' }), 'base64').toString();
  assert.deepEqual(readEntry(text), { v: 1, message: 'abc' });
  assert.deepEqual(readEntry(JSON.parse(text)), { v: 1, message: 'abc' });
});

test('its names cannot overwrite the metadata of the trigger', () => {
  const names = Object.keys(
    JSON.parse(Buffer.from(encodeEntry({ v: 1, message: 'abc' }), 'base64').toString()) as object,
  );
  const metadata = new Set([
    'queuetrigger',
    'dequeuecount',
    'expirationtime',
    'id',
    'insertiontime',
    'nextvisibletime',
    'popreceipt',
  ]);
  assert.deepEqual(
    names.filter((name) => metadata.has(name.toLowerCase())),
    [],
  );
});

test('anything else is no entry', () => {
  for (const value of [
    undefined,
    null,
    1,
    '',
    'x',
    '{',
    '[]',
    {},
    { v: 2, message: 'abc' },
    { v: 1 },
    { v: 1, message: 5 },
    '"text"',
    [],
  ]) {
    assert.equal(readEntry(value), undefined, JSON.stringify(value));
  }
});
