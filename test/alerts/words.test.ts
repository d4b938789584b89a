/**
 * Scales, words, colours and times of senders, each with what it must not be taken for.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatten } from '../../shared/alerts/generic/leaves.ts';
import { findLinks } from '../../shared/alerts/generic/links.ts';
import { wordsOf } from '../../shared/alerts/generic/names.ts';
import { findSeverity, severityOfColour, severityOfWord } from '../../shared/alerts/generic/severity.ts';
import { readFlag, readStateWord } from '../../shared/alerts/generic/state-words.ts';
import { stateInTitle } from '../../shared/alerts/generic/state.ts';
import { readTime } from '../../shared/alerts/generic/times.ts';
import { findTitle } from '../../shared/alerts/generic/title.ts';
import { isPlaceholder } from '../../shared/alerts/generic/value.ts';

const severityIn = (value: unknown) => findSeverity(flatten(value).leaves)?.severity;
const titleOf = (value: unknown) => findTitle(flatten(value).leaves).title;
const iso = (text: string) => readTime(text)?.toISOString();

test('names in any spelling', () => {
  for (const name of ['alertName', 'ALERT_NAME', 'alert-name', 'Alert Name ', 'alert.name']) {
    assert.deepEqual(wordsOf(name), ['alert', 'name'], name);
  }
  assert.deepEqual(wordsOf('incidentURLText2'), ['incident', 'url', 'text2']);
});

test('severity by words', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['CRITICAL', 'critical'],
    ['P1', 'critical'],
    ['P2 - High', 'error'],
    ['SEV-2', 'error'],
    ['sev3', 'warning'],
    ['Minor', 'warning'],
    ['ALERT_CRITICALITY_LEVEL_WARNING', 'warning'],
    ['notice', 'info'],
    ['P5', 'info'],
    ['normal', 'ok'],
    ['non-critical', undefined],
    ['3', undefined],
    ['performance', undefined],
  ];
  for (const [word, severity] of table) assert.equal(severityOfWord(word), severity, word);
});

test('severity by colour', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['#DD0000', 'critical'],
    ['#d00', 'critical'],
    ['15158332', 'critical'],
    ['danger', 'critical'],
    ['#FFA500', 'warning'],
    ['ffcc00', 'warning'],
    ['good', 'ok'],
    ['3066993', 'ok'],
    ['#0076D7', undefined],
    ['#888888', undefined],
    ['black', undefined],
  ];
  for (const [colour, severity] of table) assert.equal(severityOfColour(colour), severity, colour);
});

test('severity by field: a bare number is on no scale, unless the name says which', () => {
  assert.equal(severityIn({ priority: 1 }), undefined);
  assert.equal(severityIn({ severity: 4 }), undefined);
  assert.equal(severityIn({ event_nseverity: '4' }), 'error');
  assert.equal(severityIn({ severityNumber: 13 }), 'warning');
  assert.equal(severityIn({ labels: { severity: 'page' } }), 'critical');
  assert.equal(severityIn({ fields: [{ key: 'severity', value: 'warning' }] }), 'warning');
  assert.equal(severityIn({ tags: ['env:prod', 'severity:critical'] }), 'critical');
  assert.equal(severityIn({ battery_level: 'low' }), undefined);
  assert.equal(severityIn({ previous: { severity: 'critical' }, severity: 'ok' }), 'ok');
});

test('states by words', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['check.down', 'firing'],
    ['monitor_up', 'resolved'],
    ['ALERT_STATUS_FIRING', 'firing'],
    ['Back to normal', 'resolved'],
    ['resolve_alert', 'resolved'],
    ['not resolved', 'firing'],
    ['Recovery', 'resolved'],
    ['ack', 'acknowledged'],
    ['build succeeded', 'info'],
    ['webhook.test', 'test'],
    ['download', undefined],
    ['a sentence of more than seven words is no state', undefined],
  ];
  for (const [word, state] of table) assert.equal(readStateWord(word)?.state, state, word);
  assert.equal(readFlag('up', 'false')?.state, 'firing');
  assert.equal(readFlag('acknowledged', 'false'), undefined);
});

test('states by titles', () => {
  const table: readonly (readonly [string, string])[] = [
    ['web-1 is DOWN', 'firing'],
    ['[FIRING:2] Disk', 'firing'],
    ['Backup failed', 'firing'],
    ['OK: HTTP on web-1', 'resolved'],
    ['web-1 is back up', 'resolved'],
    ['Test notification', 'test'],
    ['Pump Test 4 in progress', 'info'],
    ['Countdown to launch', 'info'],
    ['Backup completed successfully', 'info'],
  ];
  for (const [title, state] of table) assert.equal(stateInTitle(title).state, state, title);
});

test('times that cannot be misread, and no others', () => {
  for (const text of [
    '2026-11-20T17:24:48Z',
    '2026-11-20T18:24:48+01:00',
    '2026-11-20T18:24:48+0100',
    '2026-11-20 17:24:48 UTC',
    '2026-11-20 17:24:48 +0000 UTC',
    '2026-11-20T18:24:48.000000000+01.00',
    'Fri, 20 Nov 2026 17:24:48 GMT',
    '1795195488',
    '1795195488000',
    '1795195488000000',
    '1795195488000000000',
  ]) {
    assert.equal(iso(text), '2026-11-20T17:24:48.000Z', text);
  }
  for (const text of [
    '2026-11-20 17:24:48',
    '0001-01-01T00:00:00Z',
    '20.11.2026 17:24',
    'Never',
    '0',
    '123456',
    '2026-13-40T99:99:99Z',
  ]) {
    assert.equal(iso(text), undefined, text);
  }
});

test('placeholders that nobody filled in', () => {
  for (const text of [
    '$SERVICE',
    '${name}',
    '{{ alert.title }}',
    '%HOST%',
    '@@TEXT@@',
    '<%= x %>',
    '#{x}',
    '$EVENT_TITLE$',
  ]) {
    assert.equal(isPlaceholder(text), true, text);
  }
  for (const text of ['$5', '100%', 'a {{b}} c', '$', 'cost: $SUM'])
    assert.equal(isPlaceholder(text), false, text);
});

test('links: those for people first, none without a scheme, no template', () => {
  const { leaves } = flatten({
    url: 'https://api.example.org/v1/incidents/1',
    html_url: 'https://example.org/incidents/1',
    avatar_url: 'https://example.org/a.png',
    docs: '/relative',
    host: 'localhost:3000/x',
    edit_url: 'https://example.org/{id}/edit',
    click: 'javascript:alert(1)',
  });
  assert.deepEqual(
    findLinks(leaves, '').map(({ url }) => url),
    ['https://example.org/incidents/1', 'https://api.example.org/v1/incidents/1'],
  );
  assert.deepEqual(findLinks([], 'see https://example.org/x.'), [
    { label: 'Link', url: 'https://example.org/x' },
  ]);
});

test('titles', () => {
  assert.equal(titleOf({ title: 'Disk full', host: 'db-1' }), 'Disk full (db-1)');
  assert.equal(titleOf({ name: 'Nightly', message: 'Took 3 h' }), 'Nightly: Took 3 h');
  assert.equal(titleOf({ text: 'First line\nsecond' }), 'First line');
  assert.equal(titleOf({ user: { name: 'Ada' }, device: 'door-1' }), 'door-1');
  assert.equal(titleOf({ title: '3f2a9c1e-0000-4000-8000-123456789abc', summary: 'Real' }), 'Real');
  assert.equal(titleOf({ message: '{"title":"Inner","x":1}' }), 'Inner');
  assert.equal(titleOf({ title: 'word '.repeat(60) }).length <= 120, true);
});
