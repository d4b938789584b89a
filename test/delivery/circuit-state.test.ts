import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { attachmentUnreadable } from '../../shared/delivery/attachment-error.ts';
import {
  afterOutcome,
  failureLimit,
  failureWindow,
  healthOf,
  probed,
  untroubled,
  type CircuitState,
} from '../../shared/delivery/circuit-state.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import { outcomeOf, type Verdict } from '../../shared/delivery/verdict.ts';

const start = new Date('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);

const relayed: Outcome = { kind: 'relayed', trace: { status: 202 } };
const answered = (verdict: Verdict, retryAfterSeconds?: number): Outcome =>
  outcomeOf(
    { verdict, reason: 'Because.', ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    { status: 503 },
  );
const unwritten: Outcome = { kind: 'failed', fault: 'message', reason: 'Too large.', trace: {} };

/** The state after outcomes at so many seconds. */
const play = (from: CircuitState, ...story: readonly (readonly [number, Outcome])[]) =>
  story.reduce((state, [seconds, outcome]) => afterOutcome(state, outcome, at(seconds)), from);
/** The state after failures at these seconds. */
const fail = (...seconds: readonly number[]) =>
  play(untroubled, ...seconds.map((s) => [s, answered('transient')] as const));
const stateAt = (state: CircuitState, seconds: number) => healthOf(state.circuit, at(seconds)).state;

/** The circuit after the same outcome five times. */
const five = (outcome: Outcome) =>
  play(untroubled, ...[0, 1, 2, 3, 4].map((s) => [s, outcome] as const)).circuit;

/** Every state with what led to it. */
function* states(story: readonly (readonly [number, Outcome])[]) {
  let state = untroubled;
  let seconds = 0;
  for (const [wait, outcome] of story) {
    seconds += wait;
    const before = state;
    state = afterOutcome(state, outcome, at(seconds));
    yield { before, state, outcome, seconds };
  }
}

describe('closed', () => {
  test('five failures in a row within 30 s open it, for 30 s', () => {
    assert.equal(stateAt(fail(0, 1, 2, 3), 4), 'closed');
    const opened = fail(0, 1, 2, 3, 4);
    assert.deepEqual(healthOf(opened.circuit, at(5)), { state: 'open', until: at(34), reason: 'Because.' });
    assert.equal(stateAt(opened, 33), 'open');
    assert.equal(stateAt(opened, 34), 'half-open');
    assert.equal(stateAt(fail(0, 10, 20, 30, 40, 50, 60), 61), 'closed');
  });

  test('a success between them begins the count anew', () => {
    const state = play(fail(0, 1, 2, 3), [4, relayed], [5, answered('transient')]);
    assert.equal(state.failures.length, 1);
  });

  test('a fault in the set-up counts; throttling, lost answers, refusals and our storage do not', () => {
    assert.ok(five(answered('configuration')));
    for (const outcome of [
      answered('throttled', 30),
      answered('unknown'),
      answered('message'),
      answered('refused'),
      unwritten,
      outcomeOf(attachmentUnreadable, {}),
      { kind: 'deferred', fault: 'transient', reason: 'No token.', unasked: true, trace: {} } as const,
      relayed,
    ]) {
      assert.equal(five(outcome), undefined, JSON.stringify(outcome));
    }
  });

  test('a long Retry-After opens it at once until then; a guess about the set-up for five minutes', () => {
    assert.equal(play(untroubled, [0, answered('throttled', 60)]).circuit, undefined);
    assert.deepEqual(play(untroubled, [0, answered('throttled', 61)]).circuit?.until, at(61));
    assert.deepEqual(play(untroubled, [0, answered('transient', 900)]).circuit?.until, at(900));
    assert.deepEqual(play(untroubled, [0, answered('configuration', 3600)]).circuit?.until, at(300));
  });
});

describe('open', () => {
  const opened = fail(0, 1, 2, 3, 4);

  test('what was under way changes nothing, but a longer Retry-After', () => {
    for (const outcome of [relayed, answered('transient'), answered('unknown'), answered('throttled', 61)]) {
      const state = play({ ...opened, circuit: { until: at(500), reason: '', trips: 1 } }, [5, outcome]);
      assert.deepEqual(state.circuit?.until, at(500));
    }
    assert.deepEqual(play(opened, [5, answered('throttled', 100)]).circuit?.until, at(105));
  });
});

describe('half-open', () => {
  const opened = fail(0, 1, 2, 3, 4);

  test('an answer closes it, also a refusal of the message', () => {
    for (const outcome of [relayed, answered('message'), answered('refused')]) {
      assert.deepEqual(play(opened, [34, outcome]), untroubled);
    }
  });

  test('a failure or a lost answer opens it again, for longer each time', () => {
    const waits: number[] = [];
    let state = opened;
    for (let probe = 0; probe < 5; probe++) {
      const then = state.circuit?.until ?? start;
      state = afterOutcome(state, probe % 2 ? answered('unknown') : answered('transient'), then);
      waits.push(((state.circuit?.until.getTime() ?? 0) - then.getTime()) / 1000);
    }
    assert.deepEqual(waits, [60, 120, 240, 300, 300]);
    assert.deepEqual(play(opened, [34, answered('throttled', 1000)]).circuit?.until, at(1034));
  });

  test('what never reached the route tells nothing', () => {
    assert.equal(play(opened, [34, unwritten]), opened);
    assert.equal(play(opened, [34, outcomeOf(attachmentUnreadable, {})]), opened);
  });

  test('while one message tries, the others look again in ten seconds, and try when it does not come back', () => {
    assert.ok(opened.circuit);
    const trying = probed(opened.circuit, at(34));
    assert.deepEqual(healthOf(trying, at(40)), { state: 'open', until: at(50), reason: 'Because.' });
    assert.deepEqual(healthOf(trying, at(90)), { state: 'open', until: at(94), reason: 'Because.' });
    assert.deepEqual(healthOf(trying, at(94)), { state: 'half-open' });
  });
});

describe('whatever happens', () => {
  const verdicts = ['transient', 'throttled', 'configuration', 'message', 'refused', 'unknown'] as const;
  const anyOutcome = fc.oneof(
    fc.constant(relayed),
    fc.constant(unwritten),
    fc
      .tuple(fc.constantFrom(...verdicts), fc.option(fc.integer({ min: 0, max: 4000 }), { nil: undefined }))
      .map(([verdict, seconds]) => answered(verdict, seconds)),
  );
  /** Outcomes with the seconds between them. */
  const anyStory = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), anyOutcome), { maxLength: 60 });

  test('it never opens without failures', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const harmless = story.map(
          ([wait, outcome]) => [wait, outcome.kind === 'deferred' ? relayed : outcome] as const,
        );
        for (const { state } of states(harmless)) assert.deepEqual(state, untroubled);
      }),
    );
  });

  test('it opens from closed only on a long wait or enough failures within the window', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const failedAt: number[] = [];
        for (const { before, state, outcome, seconds } of states(story)) {
          if (outcome.kind === 'deferred') failedAt.push(seconds);
          if (before.circuit || !state.circuit) continue;
          assert.equal(outcome.kind, 'deferred');
          const long = outcome.kind === 'deferred' && (outcome.retryAfterSeconds ?? 0) > 60;
          const recent = failedAt.filter((then) => then > seconds - failureWindow);
          assert.ok(long || recent.length >= failureLimit);
          assert.ok(state.circuit.until > at(seconds));
        }
      }),
    );
  });

  test('when its time is over, a success closes it', () => {
    fc.assert(
      fc.property(anyStory, fc.integer({ min: 0, max: 1000 }), (story, more) => {
        const last = [...states(story)].at(-1);
        if (!last?.state.circuit) return;
        const then = new Date(last.state.circuit.until.getTime() + more * 1000);
        assert.equal(healthOf(last.state.circuit, then).state, 'half-open');
        assert.deepEqual(afterOutcome(last.state, relayed, then), untroubled);
      }),
    );
  });

  test('an open circuit never opens for less than it was', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        for (const { before, state, seconds } of states(story)) {
          if (!before.circuit || before.circuit.until <= at(seconds)) continue;
          assert.ok(state.circuit && state.circuit.until >= before.circuit.until);
        }
      }),
    );
  });
});
