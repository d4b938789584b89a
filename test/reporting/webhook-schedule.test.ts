import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { healthAfterFailure, judge } from '../../shared/reporting/webhook-schedule.ts';

const status = (code: number, retryAfterSeconds?: number) =>
  ({
    kind: 'answer',
    status: code,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }) as const;

test('2xx is done, 410 is the end, everything else comes again', () => {
  for (const code of [200, 202, 204, 299]) assert.deepEqual(judge(status(code), 1, 0), { kind: 'told' });
  assert.deepEqual(judge(status(410), 1, 0), { kind: 'gone' });
  for (const code of [100, 301, 307, 400, 401, 404, 429, 500, 502, 503, 504]) {
    assert.deepEqual(judge(status(code), 1, 0), { kind: 'again', seconds: 5 }, `${code}`);
  }
  assert.deepEqual(judge({ kind: 'failure', reason: '' }, 1, 0), { kind: 'again', seconds: 5 });
});

test('the waits are those of Standard Webhooks, with jitter on top', () => {
  const waits = Array.from({ length: 10 }, (_, i) => judge(status(500), i + 1, 0));
  assert.deepEqual(
    waits.map((verdict) => (verdict.kind === 'again' ? verdict.seconds : verdict.kind)),
    [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, 'given-up'],
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (n, random) => {
        const [least, wait] = [judge(status(500), n, 0), judge(status(500), n, random)];
        assert.ok(least.kind === 'again' && wait.kind === 'again');
        assert.ok(wait.seconds >= least.seconds && wait.seconds <= least.seconds * 1.2);
      },
    ),
  );
});

test('what the receiver asks for is a floor, up to a day', () => {
  assert.deepEqual(judge(status(429, 60), 1, 0), { kind: 'again', seconds: 60 });
  assert.deepEqual(judge(status(503, 60), 2, 0), { kind: 'again', seconds: 300 });
  assert.deepEqual(judge(status(503, 10_000_000), 1, 0), { kind: 'again', seconds: 86_400 });
});

test('an endpoint is failing from the fourth attempt, and dead after five days of it', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
  assert.equal(healthAfterFailure(undefined, 3, now), 'unchanged');
  assert.equal(healthAfterFailure(undefined, 4, now), 'failing');
  assert.equal(healthAfterFailure(ago(4.9), 10, now), 'unchanged');
  assert.equal(healthAfterFailure(ago(5), 3, now), 'unchanged');
  assert.equal(healthAfterFailure(ago(5), 4, now), 'dead');
});
