/**
 * Groups of Alertmanager and Grafana: what they are called together, and what the sender left out.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { group as read } from './case.ts';
import { group, resolvedFirst } from './fixtures/prometheus.ts';

test('a firing group is named by what fires, though its first alert is resolved', () => {
  const reading = read(resolvedFirst);
  assert.deepEqual(
    reading.alerts.map(({ state }) => state),
    ['resolved', 'firing'],
  );
  assert.equal(reading.title, 'QueueStuck');
  assert.equal(reading.alerts[0]?.endedAt?.toISOString(), '2026-03-01T07:00:00.000Z');
  assert.equal(reading.alerts[1]?.endedAt, undefined);
});

test('alerts that the sender left out are told', () => {
  assert.deepEqual(read(resolvedFirst).notes, [
    '7 more alerts belong to this group; the sender left them out.',
  ]);
  assert.equal(read(group).notes, undefined);
});

test('a group of two names is called by the first and a count, one of one name by what it is grouped by', () => {
  const [alert] = group.alerts;
  const other = { ...alert, fingerprint: 'x', labels: { ...alert?.labels, alertname: 'Slow' } };
  assert.equal(read({ ...group, alerts: [alert, other] }).title, 'QueueStuck and 1 more');
  const again = {
    ...group,
    groupLabels: { alertname: 'QueueStuck', queue: 'invoices' },
    alerts: [alert, { ...alert, fingerprint: 'y' }],
  };
  assert.equal(read(again).title, 'QueueStuck: invoices');
  assert.equal(read(group).title, undefined);
});

test("a title of Grafana's own making is not taken, one that somebody wrote is", () => {
  const [alert] = group.alerts;
  const body = {
    ...group,
    orgId: 1,
    state: 'alerting',
    commonLabels: {},
    alerts: [alert, { ...alert, fingerprint: 'y' }],
  };
  assert.equal(read({ ...body, title: '[FIRING:2]  (blue)' }).title, 'QueueStuck');
  assert.equal(read({ ...body, title: 'Two queues' }).title, 'Two queues');
});

test('the page that silences an alert has all its labels, quoted', () => {
  const [alert] = group.alerts;
  const quoted = { ...group, alerts: [{ ...alert, labels: { alertname: 'A"b', path: 'c:\\d' } }] };
  const link = read(quoted).alerts[0]?.links.find(({ label }) => label === 'Silence');
  assert.equal(
    decodeURIComponent(link?.url ?? ''),
    String.raw`https://am.example.org/#/silences/new?filter={alertname="A\"b",path="c:\\d"}`,
  );
});

test('a group that changed is another delivery, one from a second replica is not', () => {
  const [alert] = group.alerts;
  const key = read(group).deliveryKey;
  assert.equal(read({ ...group, externalURL: 'https://am-2.example.org' }).deliveryKey, key);
  assert.notEqual(
    read({ ...group, alerts: [{ ...alert, startsAt: '2026-03-02T06:00:00Z' }] }).deliveryKey,
    key,
  );
  assert.notEqual(
    read({ ...group, status: 'resolved', alerts: [{ ...alert, status: 'resolved' }] }).deliveryKey,
    key,
  );
});
