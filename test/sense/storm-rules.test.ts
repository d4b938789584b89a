/** The rules of storm control, without storage: whatever comes when, each call is a mail or part of one digest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Severity } from '../../shared/alerts/alert.ts';
import { close, decide, isOver, type StormState } from '../../shared/sense/storm.ts';
import { merged, tallyOf, type Tally } from '../../shared/sense/tally.ts';

type Event =
  | { readonly kind: 'call'; readonly gap: number; readonly severity: Severity; readonly late: boolean }
  | { readonly kind: 'tick'; readonly gap: number; readonly dies: boolean };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      gap: fc.integer({ min: 0, max: 40_000 }),
      severity: fc.constantFrom<Severity>('unknown', 'ok', 'info', 'warning', 'error', 'critical'),
      /** Its row is written only after the next look of the timer. */
      late: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tick' as const),
      gap: fc.integer({ min: 0, max: 90_000 }),
      dies: fc.boolean(),
    }),
  },
);

const tallyAt = (title: string, severity: Severity, at: number) =>
  tallyOf(
    { kind: 'alerts', alerts: [{ source: '', title, severity, state: 'firing', facts: [], links: [] }] },
    [severity],
    at,
  );

test('each call is a mail or part of one digest, and no more mails go than may', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 80 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 10, max: 120 }),
      (events, after, within) => {
        const control = { after, within };
        let now = 1_800_000_000_000;
        let state: StormState | undefined;
        let held: Tally[] = [];
        let late: Tally[] = [];
        const passed: { readonly at: number; readonly since: number; readonly alarm: boolean }[] = [];
        const digests: Tally[] = [];
        const tick = (dies = false) => {
          if (!state) return;
          if (state.storm === undefined || isOver(state, control, now)) {
            const [first, ...others] = [...(state.tally ? [state.tally] : []), ...held];
            if (first) state = { ...state, tally: others.reduce(merged, first) };
            held = [];
          }
          // Between the sum and the end of the window.
          if (dies) return;
          const closing = close(state, control, now);
          if (closing) {
            state = closing.next;
            if (closing.digest) digests.push(closing.digest);
          }
          held.push(...late);
          late = [];
        };
        for (const [i, one] of events.entries()) {
          now += one.gap;
          if (one.kind === 'tick') {
            tick(one.dies);
            continue;
          }
          const before: StormState | undefined = state;
          const decision = decide(before, control, { print: `${i}`, severity: one.severity }, now);
          state = decision.state ?? before;
          if (decision.kind === 'pass') {
            const alarm = (before?.sent ?? 0) >= after || before?.storm !== undefined;
            passed.push({
              at: now,
              since: state?.since ?? 0,
              alarm: alarm && state?.since === before?.since,
            });
          } else (one.late ? late : held).push(tallyAt(`${i}`, one.severity, now));
        }
        for (let i = 0; i < 4; i++) {
          now += within * 1000;
          tick();
        }
        const told = digests.flatMap(({ lines }) => lines.map(({ title }) => title));
        assert.equal(new Set(told).size, told.length, 'in one digest only');
        const calls = events.filter(({ kind }) => kind === 'call').length;
        assert.equal(passed.length + digests.reduce((sum, one) => sum + one.calls, 0), calls);
        for (const mails of Map.groupBy(passed, ({ since }) => since).values()) {
          assert.ok(mails.filter(({ alarm }) => !alarm).length <= after);
          // Warning, error, critical.
          assert.ok(mails.filter(({ alarm }) => alarm).length <= 3);
        }
        assert.equal(state?.storm, undefined, 'and the storm is over');
      },
    ),
    { numRuns: 500 },
  );
});

test('a call that has its place keeps it', () => {
  const control = { after: 1, within: 60 };
  const call = { print: 'a', severity: 'warning' } as const;
  const first = decide(undefined, control, call, 0);
  assert.deepEqual(decide(first.state, control, call, 1000), { kind: 'pass' });
  assert.equal(decide(first.state, control, { ...call, print: 'b' }, 1000).kind, 'hold');
});
