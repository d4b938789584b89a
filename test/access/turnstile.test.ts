import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTurnstile } from '../../shared/access/turnstile.ts';

const at = (milliseconds: number) => new Date(1_800_000_000_000 + milliseconds);

test('who comes at once goes one after another', () => {
  const turnstile = makeTurnstile();
  assert.deepEqual([turnstile.next(at(0)), turnstile.next(at(0)), turnstile.next(at(5))], [20, 40, 55]);
});

test('who comes later waits for nobody', () => {
  const turnstile = makeTurnstile();
  turnstile.next(at(0));
  assert.equal(turnstile.next(at(1000)), 20);
});

test('a full queue holds nobody, and goes on when it has emptied', () => {
  const turnstile = makeTurnstile();
  const waits = Array.from({ length: 60 }, () => turnstile.next(at(0)));
  assert.equal(Math.max(...waits), 980);
  assert.deepEqual(
    waits.slice(49),
    Array.from({ length: 11 }, () => 0),
  );
  assert.equal(turnstile.next(at(500)), 500);
});

test('a clock that was put back leaves nobody waiting', () => {
  const turnstile = makeTurnstile();
  turnstile.next(at(3_600_000));
  assert.equal(turnstile.next(at(0)), 20);
});
