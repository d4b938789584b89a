import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRetryAfter } from '../../shared/platform/retry-after.ts';

const now = new Date('2026-11-20T10:00:00Z');

test('seconds, fractions and dates are understood and rounded up', () => {
  assert.equal(parseRetryAfter('120', now), 120);
  assert.equal(parseRetryAfter(' 0 ', now), 0);
  assert.equal(parseRetryAfter('2.128', now), 3);
  assert.equal(parseRetryAfter('Fri, 20 Nov 2026 10:01:30 GMT', now), 90);
  assert.equal(parseRetryAfter('Friday, 20-Nov-26 10:00:10 GMT', now), 10);
});

test('a date that has passed asks for no wait', () => {
  assert.equal(parseRetryAfter('Fri, 20 Nov 2026 09:59:00 GMT', now), 0);
});

test('what cannot be understood is no demand', () => {
  for (const value of [
    undefined,
    null,
    '',
    'soon',
    '-5',
    '5s',
    '1e3',
    '0x10',
    'Infinity',
    'Nov 2026',
    'NaN',
    '1,5',
  ]) {
    assert.equal(parseRetryAfter(value, now), undefined, String(value));
  }
});

test('whatever the header says, the wait is a whole number of seconds or none', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const seconds = parseRetryAfter(value, now);
      assert.ok(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0));
    }),
  );
});
