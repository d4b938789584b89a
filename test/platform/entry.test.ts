import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry } from '../../shared/platform/entry.ts';

test('a table has what stands in it, and none of what every object has', () => {
  const table = { high: 'error' };
  assert.equal(entry(table, 'high'), 'error');
  for (const word of ['', 'low', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    assert.equal(entry(table, word), undefined, word);
});
