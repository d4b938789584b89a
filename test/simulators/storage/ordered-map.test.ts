import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrderedMap } from '../../../infra/simulators/storage/ordered-map.ts';

test('whatever is set and deleted, it holds what a Map holds, in the order of the keys', () => {
  const key = fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', 'é', '\0') });
  const steps = fc.array(fc.record({ key, deletes: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, key, (all, lower) => {
      const map = new OrderedMap<number>();
      const model = new Map<string, number>();
      for (const [i, step] of all.entries()) {
        if (step.deletes) {
          map.delete(step.key);
          model.delete(step.key);
        } else {
          map.set(step.key, i);
          model.set(step.key, i);
        }
      }
      const sorted = [...model].filter(([one]) => one >= lower).sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual([...map.from(lower)], sorted);
      assert.equal(map.get(lower), model.get(lower));
    }),
  );
});

test('thousands of keys, rising, falling and mixed, are found and listed in order', () => {
  const keys = Array.from({ length: 5000 }, (_, i) => String(i).padStart(5, '0'));
  const orders = [keys, keys.toReversed(), keys.map((_, i) => keys[(i * 2347) % keys.length]!)];
  for (const order of orders) {
    const map = new OrderedMap<string>();
    for (const key of order) map.set(key, `v${key}`);
    assert.deepEqual(
      [...map.from('')].map(([key]) => key),
      keys,
    );
    assert.equal([...map.from('02500')].length, 2500);
    assert.equal(map.get('04999'), 'v04999');
    for (const key of order) if (key !== '01234') map.delete(key);
    assert.deepEqual([...map.from('')], [['01234', 'v01234']]);
  }
});
