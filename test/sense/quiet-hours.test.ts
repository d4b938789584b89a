/** Quiet hours: when they end, whatever the clocks do in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quietUntil } from '../../shared/sense/quiet-hours.ts';

const night = { from: '22:00', to: '07:00' };
const until = (hours: { from: string; to: string }, zone: string, now: string) =>
  quietUntil(hours, zone, new Date(now))?.toISOString();

test('a night ends in the morning, and the day is not quiet', () => {
  assert.equal(until(night, 'UTC', '2026-11-28T21:59:59.999Z'), undefined);
  assert.equal(until(night, 'UTC', '2026-11-28T22:00:00Z'), '2026-11-29T07:00:00.000Z');
  assert.equal(until(night, 'UTC', '2026-11-29T06:59:59.999Z'), '2026-11-29T07:00:00.000Z');
  assert.equal(until(night, 'UTC', '2026-11-29T07:00:00Z'), undefined);
  const noon = { from: '12:00', to: '13:30' };
  assert.equal(until(noon, 'Asia/Kolkata', '2026-11-28T06:30:00Z'), '2026-11-28T08:00:00.000Z');
  assert.equal(until(noon, 'Asia/Kolkata', '2026-11-28T08:00:00Z'), undefined);
});

test('a night in which the clocks are changed ends by the clock on the wall', () => {
  assert.equal(until(night, 'Europe/Berlin', '2026-03-28T21:30:00Z'), '2026-03-29T05:00:00.000Z');
  assert.equal(until(night, 'Europe/Berlin', '2026-10-24T20:30:00Z'), '2026-10-25T06:00:00.000Z');
  assert.equal(until(night, 'America/New_York', '2026-03-08T03:30:00Z'), '2026-03-08T11:00:00.000Z');
  assert.equal(until(night, 'America/New_York', '2026-11-01T02:30:00Z'), '2026-11-01T12:00:00.000Z');
});

test('an end that the night skips is when the clock is put forward, one that comes twice is the first to come', () => {
  const odd = { from: '22:00', to: '02:30' };
  assert.equal(until(odd, 'Europe/Berlin', '2026-03-29T00:10:00Z'), '2026-03-29T01:00:00.000Z');
  assert.equal(until(odd, 'Europe/Berlin', '2026-10-24T22:00:00Z'), '2026-10-25T00:30:00.000Z');
  // 02:10 for the second time.
  assert.equal(until(odd, 'Europe/Berlin', '2026-10-25T01:10:00Z'), '2026-10-25T01:30:00.000Z');
});

test('a night that skips all that is not quiet is quiet until the next one', () => {
  const nearlyAlways = { from: '02:01', to: '02:00' };
  assert.equal(until(nearlyAlways, 'Europe/Berlin', '2026-03-28T22:59:59Z'), '2026-03-30T00:00:00.000Z');
  assert.equal(until(nearlyAlways, 'Europe/Berlin', '2026-03-28T00:59:59Z'), '2026-03-28T01:00:00.000Z');
});

test('hours that are none are never quiet, and an unknown zone is UTC', () => {
  for (const hours of [
    { from: '08:00', to: '08:00' },
    { from: '', to: '07:00' },
    { from: '22:00', to: '25:00' },
  ])
    assert.equal(until(hours, 'UTC', '2026-11-28T23:00:00Z'), undefined);
  assert.equal(until(night, 'Atlantis/Capital', '2026-11-28T23:00:00Z'), '2026-11-29T07:00:00.000Z');
});

const two = (number: number) => String(number).padStart(2, '0');
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hours, minutes]) => `${two(hours)}:${two(minutes)}`);
/** Days around the changes of the clock. */
const moment = fc
  .tuple(
    fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-10-04', '2026-06-15'),
    fc.integer({ min: -86_400, max: 2 * 86_400 }),
  )
  .map(([day, seconds]) => new Date(Date.parse(`${day}T00:00:00Z`) + seconds * 1000));

/** An hour longer than a day where the clocks are put back; two days where the night that they skip has all that is not quiet. */
function longest(from: string, to: string): number {
  const loud = (minutes(from) - minutes(to) + 1440) % 1440;
  return (loud > 60 ? 25 : 48) * 3_600_000;
}

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

test('it is quiet until then, and no longer', () => {
  fc.assert(
    fc.property(
      time,
      time,
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'),
      moment,
      (from, to, zone, now) => {
        const end = quietUntil({ from, to }, zone, now);
        if (!end) return;
        assert.ok(end > now);
        assert.ok(end.getTime() - now.getTime() <= longest(from, to));
        assert.equal(quietUntil({ from, to }, zone, end), undefined);
        for (let at = now.getTime(); at < end.getTime(); at += 7 * 60_000)
          assert.deepEqual(quietUntil({ from, to }, zone, new Date(at)), end);
      },
    ),
    { numRuns: 300 },
  );
});
