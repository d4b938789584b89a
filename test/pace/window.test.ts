/** The sliding window holds in every span, wastes little, and never goes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  book,
  earliest,
  emptyWindow,
  giveBack,
  loadAt,
  tolerance,
  type Rule,
  type Window,
} from '../../shared/pace/window.ts';

const minute: Rule = { limit: 30, span: 60_000 };
const rules = fc.record({
  limit: fc.integer({ min: 1, max: 5000 }),
  span: fc.constantFrom(60_000, 300_000, 86_400_000),
});
const t0 = 1_800_000_000_000;

interface Use {
  readonly at: number;
  readonly weight: number;
}

/** The most that any span `(x, x + span]` holds. */
function peak(uses: readonly Use[], span: number): number {
  const sorted = uses.toSorted((a, b) => a.at - b.at);
  let first = 0;
  let sum = 0;
  let most = 0;
  for (const { at, weight } of sorted) {
    sum += weight;
    while ((sorted[first]?.at ?? at) <= at - span) sum -= sorted[first++]?.weight ?? 0;
    most = Math.max(most, sum);
  }
  return most;
}

/** Demands that come `gap` after one another, each used somewhere in its stretch. */
const demands = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 400_000 })),
    weight: fc.integer({ min: 1, max: 600 }),
    late: fc.double({ min: 0, max: 1, noNaN: true }),
    long: fc.boolean(),
    unused: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  }),
  { maxLength: 200 },
);

test('no span holds more than the limit, wherever the stretches are used and whatever is given back', () => {
  fc.assert(
    fc.property(rules, demands, (rule, list) => {
      let window: Window = emptyWindow;
      let now = t0;
      const uses: Use[] = [];
      for (const { gap, weight, late, long, unused } of list) {
        now += gap;
        const from = earliest(rule, window, weight, now);
        assert.ok(from >= now && from >= window.last, 'time goes on');
        const to = from + (long ? 25_000 : tolerance(rule));
        window = book(rule, window, weight, [from, to], now);
        if (unused) window = giveBack(rule, window, Math.min(weight, rule.limit), to);
        else uses.push({ at: from + late * (to - from), weight: Math.min(weight, rule.limit) });
        assert.ok(window.entries.length <= 140 + (25_000 / rule.span) * 80, 'the row stays small');
      }
      assert.ok(peak(uses, rule.span) <= rule.limit);
    }),
  );
});

test('a full window lets 95 % through, for any limit and any weights', () => {
  fc.assert(
    fc.property(
      rules,
      fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 20 }),
      (rule, cycle) => {
        const weights = cycle.map((weight) => Math.min(weight, Math.ceil(rule.limit / 50)));
        let window: Window = emptyWindow;
        let now = t0;
        let sum = 0;
        for (let i = 0; now < t0 + 3 * rule.span; i++) {
          const weight = weights[i % weights.length] ?? 1;
          now = earliest(rule, window, weight, now);
          window = book(rule, window, weight, [now, now + tolerance(rule)], now);
          sum += weight;
        }
        assert.ok(sum >= 0.95 * 3 * rule.limit, `${sum} of ${3 * rule.limit}`);
      },
    ),
    { numRuns: 30 },
  );
});

const atOnce = (weights: readonly number[]): Window =>
  weights.reduce((window, weight) => book(minute, window, weight, [t0, t0 + 1500], t0), emptyWindow);

test('the order of the weights of one moment changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }), (weights) => {
      assert.deepEqual(atOnce(weights).entries, atOnce(weights.toReversed()).entries);
    }),
  );
});

test('a burst of 30 goes at once, the 31st waits a minute, and then they go one by one', () => {
  let window: Window = emptyWindow;
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    const from = earliest(minute, window, 1, t0);
    window = book(minute, window, 1, [from, from + tolerance(minute)], t0);
    times.push(from - t0);
  }
  assert.deepEqual(new Set(times.slice(0, 30)), new Set([0]));
  assert.equal(times[30], 61_500);
  for (let i = 31; i < 60; i++) {
    const gap = (times[i] ?? 0) - (times[i - 1] ?? 0);
    assert.ok(gap > 1500 && gap < 2100, `${gap}`);
  }
});

test('after a quiet time a burst goes at once again', () => {
  let window: Window = emptyWindow;
  for (let i = 0; i < 60; i++) {
    const from = earliest(minute, window, 1, t0);
    window = book(minute, window, 1, [from, from + 1500], t0);
  }
  const later = t0 + 300_000;
  for (let i = 0; i < 30; i++) {
    assert.equal(earliest(minute, window, 1, later), later);
    window = book(minute, window, 1, [later, later + 1500], later);
  }
  assert.equal(loadAt(minute, window, later), 30);
});

test('a weight above the limit waits until nothing else counts', () => {
  const window = book(minute, emptyWindow, 1, [t0, t0 + 1500], t0);
  assert.equal(earliest(minute, window, 99, t0), t0 + 61_500);
});
