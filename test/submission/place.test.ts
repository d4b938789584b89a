import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place } from '../../shared/submission/place.ts';
import { accepted, minimal } from './submitted.ts';

const now = new Date('2026-11-20T12:00:00Z');
const caller = {
  submitter: { name: 'robot', senders: ['ann@example.com'], networks: [], disabled: false },
};

/** The place of a message whose estimate is so many milliseconds away. */
async function placeIn(milliseconds: number, fields: object = {}) {
  const estimate = new Date(now.getTime() + milliseconds);
  const parts = {
    fairness: () => 'normal' as const,
    queueUp: () => Promise.resolve(estimate),
    selfMail: () => undefined,
  };
  return await place(parts, caller, [await accepted({ ...minimal, ...fields })], now, { kind: 'live' });
}

test('a moment that passed while the estimate was made is no wait', async () => {
  assert.deepEqual(await placeIn(1), { ok: true, value: { dueAt: now, priority: 'normal' } });
  assert.ok((await placeIn(999, { max_wait: 0 })).ok);
});

test('a wait of a second and more is told, and refused when it is longer than wanted', async () => {
  const dueAt = new Date(now.getTime() + 1500);
  assert.deepEqual(await placeIn(1500), { ok: true, value: { dueAt, priority: 'normal' } });
  const refused = await placeIn(1500, { max_wait: 1 });
  assert.ok(!refused.ok);
  assert.equal(refused.problem.code, 'wait-too-long');
  assert.equal(refused.problem.retryAfterSeconds, 1);
});
