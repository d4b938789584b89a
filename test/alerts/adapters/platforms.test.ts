/**
 * Every platform by bodies of our own: who takes it, and what comes of it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platforms } from '../../../shared/alerts/adapters/platforms.ts';
import { group, readFirst, request, shownOf } from './case.ts';
import { aws } from './fixtures/aws.ts';
import { azure } from './fixtures/azure.ts';
import { clouds } from './fixtures/clouds.ts';
import { applications } from './fixtures/platforms.ts';
import { prometheus } from './fixtures/prometheus.ts';
import { uptime } from './fixtures/uptime.ts';

const cases = [...prometheus, ...azure, ...aws, ...clouds, ...applications, ...uptime];

for (const expected of cases) {
  test(`reads ${expected.name}`, () => {
    const { by, reading } = readFirst(request(expected.body, expected.headers));
    assert.equal(by, expected.by);
    assert.equal(reading?.kind, 'alerts');
    const [alert] = reading.kind === 'alerts' ? reading.alerts : [];
    assert.ok(alert);
    const { title, state, severity } = alert;
    assert.deepEqual(
      { title, state, severity },
      { title: expected.title, state: expected.state, severity: expected.severity },
    );
    const shown = shownOf(alert);
    for (const words of expected.says ?? []) assert.ok(shown.includes(words), `${words} is not in\n${shown}`);
    for (const words of expected.hides ?? []) assert.ok(!shown.includes(words), `${words} is in\n${shown}`);
    if (expected.link !== undefined) assert.equal(alert.links[0]?.url, expected.link);
    if (expected.startedAt !== undefined) assert.equal(alert.startedAt?.toISOString(), expected.startedAt);
    if (expected.endedAt !== undefined) assert.equal(alert.endedAt?.toISOString(), expected.endedAt);
  });
}

test('the begin and the end of one alert have one thread, and nothing else has it', () => {
  const words = new Map<string, string>();
  for (const { body, headers, thread, name } of cases) {
    if (thread === undefined) continue;
    const key = group(body, headers).alerts[0]?.threadKey ?? '';
    assert.notEqual(key, '', name);
    assert.equal(words.get(thread) ?? key, key, name);
    words.set(thread, key);
  }
  assert.equal(new Set(words.values()).size, words.size);
});

test('a repeated request has the same delivery key, and no other request has it', () => {
  const keys = new Map<string, string>();
  for (const { body, headers, name } of cases) {
    const key = group(body, headers).deliveryKey;
    assert.equal(group(body, headers).deliveryKey, key);
    if (key === undefined || key === 'm-1') continue;
    assert.equal(keys.get(key), undefined, `${name} has the key of ${keys.get(key)}`);
    keys.set(key, name);
  }
  assert.ok(keys.size > 60);
});

test('nobody but Alertmanager takes what is another sender’s', () => {
  for (const { body, headers, by, name } of cases) {
    const takers = platforms.filter((adapter) => adapter.read(request(body, headers)) !== undefined);
    const others = takers
      .map((adapter) => adapter.name)
      .filter((taker) => taker !== by && taker !== 'alertmanager');
    assert.deepEqual(others, [], name);
  }
});

test('every adapter has a name of its own and a case', () => {
  const names = platforms.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => !cases.some(({ by }) => by === name)),
    [],
  );
  assert.ok(names.every((name) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)));
});

test('nobody takes a body that is nobody’s', () => {
  const bodies = [
    {},
    [],
    null,
    7,
    'x',
    { title: 'a', message: 'b', status: 'firing' },
    { event: 'push', data: {} },
    { action: 'created', issue: {} },
    { alerts: [] },
    { name: 'x', status: 'up' },
    { text: 'hi' },
    { id: 1, level: 'WARN', message: 'm', host: 'h' },
    { short_description: 'a', description: 'b', more: 1 },
  ];
  for (const body of bodies) {
    assert.equal(readFirst(request(body)).by, 'nobody', JSON.stringify(body));
  }
});

test('without an id of the sender there is neither a thread nor a delivery key', () => {
  // Two alerts with one key would be taken for one.
  const without = [
    {
      schemaId: 'azureMonitorCommonAlertSchema',
      data: { essentials: { alertRule: 'a', monitorCondition: 'Fired' } },
    },
    { action: 'created', installation: { uuid: 'u' }, data: { issue: { title: 'x' } } },
    { page: {}, incident: { name: 'x', status: 'investigating', impact: 'minor' } },
    { data: { id: null, type: 'incident', attributes: { name: 'x', cause: 'y' } } },
    { event_name: 'new_item', data: { item: { title: 'x' } } },
  ];
  for (const body of without) {
    const reading = group(body);
    assert.equal(reading.deliveryKey, undefined, JSON.stringify(body));
    assert.equal(reading.alerts[0]?.threadKey, undefined, JSON.stringify(body));
  }
});
