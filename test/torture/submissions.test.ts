import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from './random.ts';
import { submissions, type Submission } from './submissions.ts';

function drawn(seed: number, messages: number, drafts = false): Submission[] {
  const draw = submissions({ senders: ['a@example.com'], messages, drafts, random: seeded(seed) });
  const all: Submission[] = [];
  for (let one = draw(); one; one = draw()) all.push(one);
  return all;
}

test('each message is submitted once, in requests of every kind', () => {
  const all = drawn(1, 500, true);
  const subjects = all.flatMap(({ messages }) => messages.map(({ subject }) => subject));
  assert.equal(subjects.length, 500);
  assert.equal(new Set(subjects).size, 500);
  assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
  assert.ok(all.some(({ path }) => path === '/emails/batch'));
  assert.ok(all.some(({ headers }) => headers['prefer'] !== undefined));
  assert.ok(all.some(({ body }) => body.length > 5_000_000));
  for (const word of ['"high"', '"low"', '"scheduled_at"'])
    assert.ok(all.some(({ body }) => body.includes(word)));
});

const told = (all: readonly Submission[]) => all.map(({ path, key, messages }) => ({ path, key, messages }));

test('a seed draws the same again', () => {
  assert.deepEqual(told(drawn(7, 100)), told(drawn(7, 100)));
});
