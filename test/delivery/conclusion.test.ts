import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conclude, type ConclusionFacts } from '../../shared/delivery/conclusion.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import { stateOf } from '../../shared/reporting/event.ts';

const now = new Date('2026-11-20T12:00:00Z');
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

function facts(outcome: Outcome, more: Partial<ConclusionFacts> = {}): ConclusionFacts {
  return {
    record: { attempt: 1, expiresAt: after(86_400), onUnknown: 'retry', progress: {} },
    route: { transport: 'smtp', mailbox: 'alerts@contoso.com' },
    outcome,
    now,
    schedule: [60, 300],
    random: 0,
    canLook: false,
    ...more,
  };
}
const record = (more: Partial<ConclusionFacts['record']>): ConclusionFacts['record'] => ({
  ...facts({ kind: 'relayed', trace: {} }).record,
  ...more,
});

const refusedForNow = { address: 'a@example.com', code: '4.2.2', reply: '452 4.2.2 full', temporary: true };
const refused = { address: 'b@example.com', code: '5.1.1', reply: '550 5.1.1 no' };

test('what was taken for all is relayed, and nothing is due any more', () => {
  const { events, dueAt } = conclude(facts({ kind: 'relayed', trace: { status: 250 }, rejected: [refused] }));
  assert.deepEqual(
    events.map((event) => [event.event, 'rejected' in event && event.rejected]),
    [['relayed', [refused]]],
  );
  assert.equal(dueAt, undefined);
});

test('recipients refused for now are tried again, and they alone', () => {
  const { events, progress, dueAt } = conclude(
    facts({ kind: 'relayed', trace: {}, rejected: [refusedForNow, refused] }),
  );
  assert.equal(stateOf(events), 'deferred');
  assert.deepEqual(progress, { pending: ['a@example.com'], served: true });
  assert.deepEqual(dueAt, after(60));
});

test('when those are refused for good the message stays relayed, and says for whom not', () => {
  const { events } = conclude(
    facts(
      { kind: 'failed', fault: 'message', reason: 'No such mailbox.', trace: {} },
      { record: record({ progress: { pending: ['a@example.com'], served: true } }) },
    ),
  );
  assert.deepEqual(
    events.map((event) => [event.event, 'rejected' in event && event.rejected]),
    [['relayed', [{ address: 'a@example.com', reply: 'No such mailbox.' }]]],
  );
});

test('when their time is over before another attempt, the message expires and still says who has it', () => {
  const { events, dueAt } = conclude(
    facts(
      { kind: 'relayed', trace: {}, rejected: [refusedForNow] },
      { record: record({ expiresAt: after(61) }) },
    ),
  );
  assert.deepEqual(
    events.map(({ event }) => event),
    ['partly-relayed', 'expired'],
  );
  assert.equal(dueAt, undefined);
});

test('all refused, some for now: only those are pending, and nobody has been served', () => {
  const { progress } = conclude(
    facts({
      kind: 'deferred',
      fault: 'transient',
      reason: 'All were refused.',
      trace: {},
      rejected: [refusedForNow, refused],
    }),
  );
  assert.deepEqual(progress, { pending: ['a@example.com'] });
});

test('an unknown outcome is looked into where that is possible, whatever the submitter chose', () => {
  for (const onUnknown of ['retry', 'hold'] as const) {
    const { events, progress, dueAt } = conclude(
      facts(
        { kind: 'unknown', reason: 'No answer.', trace: {} },
        { canLook: true, record: record({ onUnknown }) },
      ),
    );
    assert.equal(stateOf(events), 'deferred');
    assert.deepEqual(progress.doubt, {
      at: now.toISOString(),
      transport: 'smtp',
      mailbox: 'alerts@contoso.com',
    });
    assert.deepEqual(dueAt, after(10));
  }
});

test('where it is not, the submitter has chosen: hold waits for a person, retry waits for its turn', () => {
  const unknown = { kind: 'unknown', reason: 'No answer.', trace: {} } as const;
  const held = conclude(facts(unknown, { record: record({ onUnknown: 'hold' }) }));
  assert.equal(stateOf(held.events), 'unknown');
  assert.equal(held.dueAt, undefined);
  const again = conclude(facts(unknown));
  assert.equal(stateOf(again.events), 'deferred');
  assert.deepEqual(again.dueAt, after(60));
});

test('when the worker died the message is due again at once, twice; the doubt begins when the claim ran out', () => {
  const unknown = { kind: 'unknown', reason: 'The worker died.', trace: {} } as const;
  const died = (attempt: number, canLook = false) =>
    conclude(facts(unknown, { record: record({ attempt }), lapsedAt: after(-15), canLook }));
  assert.deepEqual(died(1).dueAt, now);
  assert.equal(stateOf(died(1).events), 'deferred');
  assert.deepEqual(died(2).dueAt, now);
  assert.deepEqual(died(3).dueAt, after(300));
  assert.equal(died(1, true).progress.doubt?.at, after(-15).toISOString());
});

test('what may have been sent has not expired for certain when its life is over: a person must say', () => {
  const unknown = { kind: 'unknown', reason: 'The worker died.', trace: {} } as const;
  const over = conclude(facts(unknown, { record: record({ expiresAt: now }), lapsedAt: after(-15) }));
  assert.equal(stateOf(over.events), 'unknown');
  assert.equal(over.dueAt, undefined);
});

test('when some have it already their copy would be found, so that nobody looks for one on behalf of the others', () => {
  const progress = { pending: ['a@example.com'], served: true };
  const unknown = { kind: 'unknown', reason: 'No answer.', trace: {} } as const;
  const again = conclude(facts(unknown, { canLook: true, record: record({ progress }) }));
  assert.deepEqual(again.progress, progress);
  assert.deepEqual(again.dueAt, after(60));
  const held = conclude(facts(unknown, { canLook: true, record: record({ progress, onUnknown: 'hold' }) }));
  assert.equal(stateOf(held.events), 'unknown');
});

const reasons = fc.constantFrom('No answer.', 'Busy.');
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    kind: fc.constant('relayed' as const),
    trace: fc.constant({}),
    rejected: fc.subarray([refusedForNow, refused]),
  }),
  fc.record({
    kind: fc.constant('deferred' as const),
    fault: fc.constantFrom('transient' as const, 'throttled' as const, 'configuration' as const),
    reason: reasons,
    trace: fc.constant({}),
    retryAfterSeconds: fc.integer({ min: 0, max: 100_000 }),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    fault: fc.constantFrom('message' as const, 'configuration' as const),
    reason: reasons,
    trace: fc.constant({}),
  }),
  fc.record({ kind: fc.constant('unknown' as const), reason: reasons, trace: fc.constant({}) }),
);

test('any outcome: the message either waits for a time within its life, or has come to an end', () => {
  fc.assert(
    fc.property(
      outcomes,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: -100, max: 100_000 }),
      fc.constantFrom('retry' as const, 'hold' as const),
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (outcome, attempt, life, onUnknown, canLook, random) => {
        const expiresAt = after(life);
        const conclusion = conclude(
          facts(outcome, {
            record: record({ attempt, expiresAt, onUnknown }),
            canLook,
            random,
          }),
        );
        const state = stateOf(conclusion.events);
        assert.equal(conclusion.dueAt !== undefined, state === 'deferred');
        if (conclusion.dueAt) assert.ok(conclusion.dueAt > now);
        if (conclusion.dueAt && !conclusion.progress.doubt) assert.ok(conclusion.dueAt <= expiresAt);
        assert.ok(conclusion.attempt === attempt || conclusion.attempt === attempt - 1);
        // Nothing that may have been sent is ever called failed or expired with certainty.
        if (outcome.kind === 'unknown') assert.ok(state === 'unknown' || state === 'deferred');
        if (outcome.kind === 'unknown' && canLook) assert.equal(state, 'deferred');
        if (outcome.kind === 'relayed' && outcome.rejected?.includes(refusedForNow) !== true) {
          assert.equal(state, 'relayed');
        }
      },
    ),
  );
});
