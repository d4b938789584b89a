/**
 * Whatever comes, no adapter of a platform throws, takes long, or gives an alert that is none.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { platforms } from '../../../shared/alerts/adapters/platforms.ts';
import type { Alert, HookRequest } from '../../../shared/alerts/alert.ts';
import { alertStates, severities } from '../../../shared/alerts/alert.ts';
import { request } from './case.ts';
import { aws } from './fixtures/aws.ts';
import { azure } from './fixtures/azure.ts';
import { clouds } from './fixtures/clouds.ts';
import { applications } from './fixtures/platforms.ts';
import { prometheus } from './fixtures/prometheus.ts';
import { uptime } from './fixtures/uptime.ts';
import { assertLight } from '../../effort.ts';

const cases = [...prometheus, ...azure, ...aws, ...clouds, ...applications, ...uptime];

function isSound(alert: Alert): void {
  assert.ok(alert.title.trim() !== '');
  assert.ok(!/[\r\n]/.test(alert.title));
  assert.ok(severities.includes(alert.severity) && alertStates.includes(alert.state));
  for (const { name, value } of alert.facts) assert.ok(typeof name === 'string' && typeof value === 'string');
  for (const { label, url } of alert.links) assert.ok(typeof label === 'string' && url !== '');
  for (const time of [alert.startedAt, alert.endedAt]) {
    assert.ok(time === undefined || (time.getTime() > 631_152_000_000 && time.getTime() < 4_102_444_800_000));
  }
}

function readAll(asked: HookRequest): void {
  for (const adapter of platforms) {
    const reading = adapter.read(asked);
    if (reading?.kind === 'alerts') {
      assert.ok(reading.alerts.length > 0, adapter.name);
      for (const alert of reading.alerts) isSound(alert);
    } else if (reading?.mail) isSound(reading.mail);
  }
}

test('any JSON, with any headers', () => {
  const names = [
    'aeg-event-type',
    'ce-specversion',
    'ce-type',
    'ce-id',
    'ce-source',
    'x-amz-sns-message-type',
    'x-amz-sns-topic-arn',
    'sentry-hook-resource',
    'webhook-request-origin',
  ];
  const headers = fc.dictionary(fc.constantFrom(...names), fc.string());
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6 }),
      headers,
      fc.constantFrom('POST', 'OPTIONS', 'GET'),
      (body, given, method) => {
        readAll(request(typeof body === 'string' ? JSON.stringify(body) : body, given, method));
      },
    ),
    { numRuns: 500 },
  );
});

/** A fixture with one value somewhere replaced by another. */
const mutated = fc.constantFrom(...cases).chain((given) => {
  const ways = pathsOf(given.body);
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(
      null,
      '',
      '\u0000',
      '\uD800',
      'constructor',
      '__proto__',
      [[[[[[]]]]]],
      { toString: null },
      1e308,
      -1,
      '9'.repeat(40),
      '[[[[',
      '{"a":',
      '<b'.repeat(50),
      'https://[',
      'P'.repeat(500),
    ),
  );
  return fc.tuple(fc.constant(given), fc.constantFrom(...ways), values);
});

test('any of our bodies with one value replaced by anything', () => {
  fc.assert(
    fc.property(mutated, ([given, way, value]) => {
      const body: unknown = replaced(given.body, way, value);
      readAll(request(typeof body === 'string' || body === undefined ? '' : body, given.headers));
    }),
    { numRuns: 3000 },
  );
});

test('100 kB of anything that is slow for the careless take under 50 ms', async () => {
  const long = [
    'a'.repeat(100_000),
    '<'.repeat(100_000),
    '<a href="'.repeat(11_000),
    '['.repeat(100_000),
    '**'.repeat(50_000),
    '&#1'.repeat(33_000),
    ' '.repeat(100_000),
    `a${' '.repeat(100_000)}a`,
    `https://${'/'.repeat(100_000)}a`,
    `a${'_'.repeat(100_000)}a`,
    '%%%\n@webhook-'.repeat(8000),
    '\n'.repeat(100_000),
    'a.'.repeat(50_000),
    '1'.repeat(100_000),
    '/a'.repeat(50_000),
    'a-'.repeat(50_000),
  ];
  for (const given of cases) {
    if (typeof given.body === 'string') continue;
    for (const way of pathsOf(given.body)) {
      // Keeps the test short: each place with one of the texts, all texts over all places.
      const text = long[(way.join('.').length + cases.indexOf(given)) % long.length];
      const asked = request(replaced(given.body, way, text), given.headers);
      const adapter = platforms.find(({ name }) => name === given.by);
      // A walk is a millisecond on a machine of today.
      await assertLight(
        50,
        () => adapter?.read(asked),
        `${given.by} with ${way.join('.')} = ${text?.slice(0, 12)}`,
      );
    }
  }
});

test('deep nesting and many small values are bounded', () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 2000; depth += 1) deep = depth % 2 === 0 ? [deep] : { a: deep };
  const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key ${index}`, index]));
  for (const given of cases) {
    if (typeof given.body !== 'object') continue;
    for (const value of [deep, wide]) {
      for (const way of pathsOf(given.body).filter((path) => path.length > 0)) {
        const adapter = platforms.find(({ name }) => name === given.by);
        adapter?.read(shallow(replaced(given.body, way, value), given.headers));
      }
    }
  }
});

/** Without the copy that `request` makes, which would not survive the depth. */
function shallow(body: unknown, headers?: Readonly<Record<string, string>>): HookRequest {
  return { ...request({}, headers), value: body };
}

type Way = readonly string[];

function pathsOf(value: unknown, way: Way = []): Way[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...way, key]))];
}

function replaced(value: unknown, way: Way, by: unknown): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((part, place) => (String(place) === key ? replaced(part, rest, by) : part));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, part]) => [
      name,
      name === key ? replaced(part, rest, by) : part,
    ]),
  );
}
