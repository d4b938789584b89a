import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Queue } from '../../../infra/simulators/storage/queue.ts';

const message = (id: string, visibleAt: number) => ({
  id,
  text: id,
  insertedAt: 0,
  expiresAt: 1e15,
  visibleAt,
  popReceipt: '',
  copy: false,
});

test('whatever is put, hidden and removed, the visible ones come by time, then by arrival', () => {
  const step = fc.record({
    does: fc.constantFrom('put', 'show', 'remove'),
    which: fc.nat(50),
    at: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), fc.nat(20), (steps, now) => {
      const queue = new Queue();
      const model: { id: string; at: number }[] = [];
      for (const [i, { does, which, at }] of steps.entries()) {
        const index = which % Math.max(1, model.length);
        const known = model[index];
        if (does === 'put' || known === undefined) {
          queue.put(message(`m${i}`, at));
          model.push({ id: `m${i}`, at });
        } else if (does === 'show') {
          queue.show(queue.get(known.id)!, at, 'receipt');
          known.at = at;
        } else {
          queue.remove(queue.get(known.id)!);
          model.splice(index, 1);
        }
      }
      const expected = model.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      for (const count of [1000, 3, 1000]) {
        assert.deepEqual(
          queue.visible(now, count).map(({ id }) => id),
          expected.slice(0, count).map(({ id }) => id),
        );
      }
      assert.equal(queue.size, model.length);
    }),
  );
});

test('a hundred thousand waiting messages are taken one by one in order', () => {
  const queue = new Queue();
  const depth = 100_000;
  for (let i = 0; i < depth; i++) queue.put(message(String(i), (i * 7919) % depth));
  let last = -1;
  for (let i = 0; i < depth; i++) {
    const [first] = queue.visible(depth, 1);
    assert.ok(first !== undefined && first.visibleAt > last);
    last = first.visibleAt;
    queue.remove(first);
  }
  assert.equal(queue.size, 0);
});
