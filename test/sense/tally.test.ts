/** Tallies: nothing is lost on the way into a digest, however little room there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alertStates, severities, type Alert } from '../../shared/alerts/alert.ts';
import { digestOf } from '../../shared/sense/digest.ts';
import { firing, merged, parseTally, tallyOf, type Tally } from '../../shared/sense/tally.ts';

const alert: fc.Arbitrary<Alert> = fc.record(
  {
    source: fc.constant('test'),
    title: fc.oneof(
      fc.constantFrom('Disk', 'Net', '__proto__', ''),
      fc.string({ unit: 'binary', maxLength: 300 }),
    ),
    severity: fc.constantFrom(...severities),
    state: fc.constantFrom(...alertStates),
    facts: fc.array(fc.record({ name: fc.constant('host'), value: fc.string({ maxLength: 80 }) }), {
      maxLength: 1,
    }),
    links: fc.array(fc.record({ label: fc.string(), url: fc.string({ maxLength: 400 }) }), { maxLength: 2 }),
    threadKey: fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.string()),
  },
  { requiredKeys: ['source', 'title', 'severity', 'state', 'facts', 'links'] },
);
const call = fc.record({
  alerts: fc.array(alert, { minLength: 1, maxLength: 60 }),
  severity: fc.constantFrom(...severities),
  at: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_900_000 }),
});
const calls = fc.array(call, { minLength: 1, maxLength: 12 });

const written = (tally: Tally) => parseTally(JSON.stringify(tally));
const tallies = (all: readonly { alerts: readonly Alert[]; severity: Alert['severity']; at: number }[]) =>
  all.map(({ alerts, severity, at }) => written(tallyOf({ kind: 'alerts', alerts }, [severity], at)));
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

test('every alert is counted once, in any order, and fits a row', () => {
  fc.assert(
    fc.property(calls, fc.boolean(), (all, backwards) => {
      const parts = tallies(all);
      const total = (backwards ? parts.toReversed() : parts).reduce((a, b) => written(merged(a, b)));
      assert.equal(total.calls, all.length);
      assert.equal(total.alerts, sum(all.map(({ alerts }) => alerts.length)));
      assert.equal(total.alerts, sum(total.lines.map(({ count }) => count)) + total.others);
      assert.deepEqual(
        [...total.severities].toSorted(),
        [...new Set(all.map(({ severity }) => severity))].toSorted(),
      );
      assert.equal(total.from, Math.min(...all.map(({ at }) => at)));
      assert.equal(total.to, Math.max(...all.map(({ at }) => at)));
      assert.ok(JSON.stringify(total).length <= 32_000);
      for (const { first, last } of total.lines) assert.ok(first.at <= last.at);
    }),
    { numRuns: 200 },
  );
});

test('a digest can be made of any tally, and says how many there were', () => {
  fc.assert(
    fc.property(calls, (all) => {
      const total = tallies(all).reduce(merged);
      const { alerts } = digestOf(total, { hook: 'ops', zone: 'Europe/Berlin', storm: 0 });
      assert.match(alerts[0]?.title ?? '', new RegExp(`^${total.alerts} alerts? in `));
    }),
    { numRuns: 200 },
  );
});

const one = (state: Alert['state'], at: number, severity: Alert['severity'] = 'warning') =>
  tallyOf(
    {
      kind: 'alerts',
      alerts: [
        {
          source: 'test',
          title: 'Disk',
          severity,
          state,
          facts: [{ name: 'host', value: `n${at}` }],
          links: [],
          threadKey: 'a',
        },
      ],
    },
    [severity],
    at,
  );

test('the last that was heard of an alert counts, however the rows are read', () => {
  const [up, down] = [one('firing', 1), one('resolved', 2, 'ok')];
  assert.deepEqual(firing(merged(up, down)), []);
  assert.deepEqual(firing(merged(down, up)), []);
  assert.equal(firing(merged(down, one('firing', 3))).length, 1);
});

test('of one title and state the first, the last and the worst are kept', () => {
  const all = [one('firing', 2), one('firing', 3, 'critical'), one('firing', 1)].reduce(merged);
  assert.deepEqual(all.lines, [
    {
      title: 'Disk',
      state: 'firing',
      severity: 'critical',
      count: 3,
      first: { at: 1, place: 'n1' },
      last: { at: 3, place: 'n3' },
    },
  ]);
});

const many = (state: Alert['state']) =>
  Array.from({ length: 200 }, (_, i) =>
    tallyOf(
      {
        kind: 'alerts',
        alerts: [
          {
            source: 'test',
            title: `${state} ${i}`,
            severity: 'error',
            state,
            facts: [],
            links: [],
            threadKey: `${state}${i}`,
          },
        ],
      },
      ['error'],
      i,
    ),
  );

test('what is firing goes last where there is no room', () => {
  const total = [...many('firing').slice(0, 30), ...many('resolved')].reduce(merged);
  assert.equal(total.lines.filter(({ state }) => state === 'firing').length, 30);
  assert.equal(firing(total).length, 30);
});
