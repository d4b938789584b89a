import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import {
  configurationWait,
  nextAttempt,
  throttledWait,
  type RetryFacts,
} from '../../shared/delivery/retry.ts';

type Deferred = Extract<Outcome, { kind: 'deferred' }>;

const now = new Date('2026-11-20T10:00:00Z');
const schedule = [60, 300, 900, 3600, 14_400];

const deferred = (fault: Deferred['fault'], retryAfterSeconds?: number): Deferred => ({
  kind: 'deferred',
  fault,
  reason: 'because',
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  trace: {},
});

const unknown: Outcome = { kind: 'unknown', reason: 'lost', trace: {} };

/** Seconds until the next attempt, or 'expired'. */
function wait(facts: Partial<RetryFacts> & Pick<RetryFacts, 'outcome'>): number | 'expired' {
  const expiresAt = new Date(now.getTime() + 86_400_000);
  const next = nextAttempt({ attempt: 1, now, expiresAt, schedule, random: 0, ...facts });
  return next === 'expired' ? next : (next.dueAt.getTime() - now.getTime()) / 1000;
}

const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

test('waits grow along the schedule and the last one repeats', () => {
  const waits = [1, 2, 3, 4, 5, 6, 60].map((attempt) => wait({ outcome: deferred('transient'), attempt }));
  assert.deepEqual(waits, [60, 300, 900, 3600, 14_400, 14_400, 14_400]);
});

test('an unknown outcome waits like a transient one, and counts', () => {
  const next = nextAttempt({
    outcome: unknown,
    attempt: 2,
    now,
    expiresAt: inSeconds(86_400),
    schedule,
    random: 0,
  });
  assert.deepEqual(next, { dueAt: inSeconds(300), costsAttempt: true });
});

test('what the provider asks for is a floor, not a ceiling', () => {
  assert.equal(wait({ outcome: deferred('transient', 120) }), 120);
  assert.equal(wait({ outcome: deferred('transient', 5) }), 60);
});

test('throttling waits as long as asked, whatever the schedule says, and costs no attempt', () => {
  const expiresAt = inSeconds(86_400);
  const facts = { outcome: deferred('throttled', 3), attempt: 4, now, expiresAt, schedule, random: 0 };
  assert.deepEqual(nextAttempt(facts), { dueAt: inSeconds(3), costsAttempt: false });
  assert.equal(wait({ outcome: deferred('throttled') }), throttledWait);
  assert.equal(wait({ outcome: deferred('throttled', 0) }), throttledWait);
});

test('a fault in the set-up is not asked about more often than every quarter of an hour', () => {
  assert.equal(wait({ outcome: deferred('configuration'), attempt: 1 }), configurationWait);
  assert.equal(wait({ outcome: deferred('configuration'), attempt: 5 }), 14_400);
  assert.equal(wait({ outcome: deferred('configuration', 3600), attempt: 1 }), 3600);
});

test('jitter spreads attempts upwards by a fifth at most', () => {
  assert.equal(wait({ outcome: deferred('transient'), random: 0.5 }), 66);
});

test('one last attempt is made just before the end of the lifetime', () => {
  // The schedule says four hours, two and a half are left.
  const outcome = deferred('transient');
  assert.equal(wait({ outcome, attempt: 9, expiresAt: inSeconds(9000) }), 9000 - 60);
  assert.equal(wait({ outcome, attempt: 9, expiresAt: inSeconds(100) }), 'expired');
  assert.equal(
    wait({ outcome: deferred('transient', 8990), attempt: 9, expiresAt: inSeconds(9000) }),
    'expired',
  );
});

const outcomes = fc.oneof(
  fc.constant(unknown),
  fc
    .tuple(
      fc.constantFrom('transient' as const, 'throttled' as const, 'configuration' as const),
      fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }),
    )
    .map(([fault, seconds]) => deferred(fault, seconds)),
);

test('never early, never after the end, never for nothing', () => {
  fc.assert(
    fc.property(
      outcomes,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: -1000, max: 200_000 }),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (outcome, attempt, left, waits, random) => {
        const expiresAt = inSeconds(left);
        const next = nextAttempt({ outcome, attempt, now, expiresAt, schedule: waits, random });
        if (next === 'expired') return;
        const asked = 'retryAfterSeconds' in outcome ? (outcome.retryAfterSeconds ?? 0) : 0;
        assert.ok(next.dueAt.getTime() >= inSeconds(asked).getTime(), 'before the time that was asked for');
        assert.ok(next.dueAt.getTime() > now.getTime(), 'not in the future');
        assert.ok(next.dueAt.getTime() < expiresAt.getTime(), 'after the end of the lifetime');
        assert.equal(next.costsAttempt, !('fault' in outcome && outcome.fault === 'throttled'));
      },
    ),
  );
});

test('a message that can still be tried in time is not given up', () => {
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 1, max: 100 }), (outcome, attempt) => {
      const asked = 'retryAfterSeconds' in outcome ? (outcome.retryAfterSeconds ?? 0) : 0;
      const expiresAt = inSeconds(Math.max(asked, 60) + 61);
      assert.notEqual(nextAttempt({ outcome, attempt, now, expiresAt, schedule, random: 0 }), 'expired');
    }),
  );
});
