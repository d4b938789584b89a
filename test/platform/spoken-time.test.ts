/** Times in words: those that are understood, those that are not, and nothing in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { spokenTime } from '../../shared/platform/spoken-time.ts';

/** A Saturday. */
const now = new Date('2026-11-28T20:30:15.500Z');

const understood: Readonly<Record<string, string>> = {
  now: '2026-11-28T20:30:15.500Z',
  'in 1 min': '2026-11-28T20:31:15.500Z',
  'In 1 Minute': '2026-11-28T20:31:15.500Z',
  'in 5min': '2026-11-28T20:35:15.500Z',
  'in 90 secs': '2026-11-28T20:31:45.500Z',
  'in an hour': '2026-11-28T21:30:15.500Z',
  'in 2 hrs': '2026-11-28T22:30:15.500Z',
  'in three days': '2026-12-01T20:30:15.500Z',
  'in a week': '2026-12-05T20:30:15.500Z',
  '2 hours from now': '2026-11-28T22:30:15.500Z',
  'tomorrow at 9am': '2026-11-29T09:00:00.000Z',
  'tomorrow 9:30 pm': '2026-11-29T21:30:00.000Z',
  tomorrow: '2026-11-29T09:00:00.000Z',
  'tomorrow at 12am': '2026-11-29T00:00:00.000Z',
  'tomorrow at noon': '2026-11-29T12:00:00.000Z',
  'today at 23:59': '2026-11-28T23:59:00.000Z',
  'next monday at 10:00': '2026-11-30T10:00:00.000Z',
  'on Tuesday at 8am UTC': '2026-12-01T08:00:00.000Z',
  'saturday at 21:00': '2026-11-28T21:00:00.000Z',
  'saturday at 20:00': '2026-12-05T20:00:00.000Z',
  'next saturday at 21:00': '2026-12-05T21:00:00.000Z',
  'Friday at 3pm ET': '2026-12-04T20:00:00.000Z',
  'fri, 3pm PST': '2026-12-04T23:00:00.000Z',
  // In New York it is still half past three in the afternoon.
  'today at 4pm ET': '2026-11-28T21:00:00.000Z',
};

for (const [text, at] of Object.entries(understood)) {
  test(text, () => assert.equal(spokenTime(text, now)?.toISOString(), at));
}

test('clocks that change in between', () => {
  const before = new Date('2027-03-12T12:00:00Z');
  assert.equal(spokenTime('monday at 9am ET', before)?.toISOString(), '2027-03-15T13:00:00.000Z');
  assert.equal(spokenTime('saturday at 9am ET', before)?.toISOString(), '2027-03-13T14:00:00.000Z');
});

test('what is said in other words is not guessed', () => {
  for (const text of [
    '',
    'in',
    'in minutes',
    'in 1.5 hours',
    'in 500 ms',
    'in -5 min',
    'in 5 min please',
    'in 5 fortnights',
    'yesterday at 9am',
    'today at 9am',
    'tomorrow at 9',
    'tomorrow at 25:00',
    'tomorrow at 13pm',
    'tomorrow at 9am XYZ',
    'tomorrow at 9am constructor',
    '__proto__',
    'in 5 __proto__',
    '2027-01-01',
    '2027-01-01T00:00:00Z',
    'garbage',
    `in ${'1'.repeat(9)} min`,
  ]) {
    assert.equal(spokenTime(text, now), undefined, text);
  }
});

test('any text is a time or none, soon', () => {
  const words = fc.constantFrom(
    'in',
    '5',
    'min',
    'tomorrow',
    'at',
    '9am',
    'ET',
    'next',
    'friday',
    '99:99',
    'now',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(words).map((all) => all.join(' ')),
  );
  fc.assert(
    fc.property(text, (one) => {
      const read = spokenTime(one, now);
      assert.ok(read === undefined || read.getTime() >= now.getTime());
    }),
  );
});
