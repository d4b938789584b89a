import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertState, Severity } from '../../shared/alerts/alert.ts';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { group, occasion } from './letter-samples.ts';

const subject = (alerts: readonly Partial<Alert>[], title?: string): string =>
  writeLetter(group(alerts, title === undefined ? {} : { title }), { ...occasion, hook: 'h' }).subject;
const host = (value: string) => ({ facts: [{ name: 'Host', value }] });

test('the state comes first, so that a rule of the mailbox can go by it', () => {
  const tags: readonly (readonly [AlertState, string])[] = [
    ['firing', '[FIRING] T'],
    ['resolved', '[RESOLVED] T'],
    ['acknowledged', '[ACK] T'],
    ['info', '[INFO] T'],
    ['test', '[TEST] T'],
  ];
  for (const [state, expected] of tags) assert.equal(subject([{ title: 'T', state }]), expected);
});

test('what fires is named before what no longer does, and the worst first', () => {
  const mixed = [
    { title: 'C', state: 'resolved' },
    { title: 'B', state: 'firing', severity: 'warning' },
    { title: 'A', state: 'firing', severity: 'critical' },
    { title: 'D', state: 'test' },
  ] as const;
  assert.equal(subject(mixed), '[FIRING] (2 of 4) A; B');
});

test('a state that the sender wrote into its title is not said twice; other brackets are its own', () => {
  const cases = [
    ['[FIRING:2] High memory usage', '[FIRING] High memory usage'],
    ['[FIRING:1, RESOLVED:1] Memory', '[FIRING] Memory'],
    ['[Alerting] CPU alert', '[FIRING] CPU alert'],
    ['[ALARM_NAME] is on', '[FIRING] [ALARM_NAME] is on'],
    ['[FIRING]', '[FIRING] [FIRING]'],
  ] as const;
  for (const [title, expected] of cases) assert.equal(subject([{ title, state: 'firing' }]), expected);
  assert.equal(
    subject(
      [
        { title: 'A', state: 'firing' },
        { title: 'B', state: 'firing' },
      ],
      '[FIRING:2] Both',
    ),
    '[FIRING] (2) Both',
  );
});

const named = (title: string, value: string): string => subject([{ title, ...host(value) }]);

test('the place is added where the title does not name it', () => {
  assert.equal(named('Disk full', 'db-01'), '[INFO] Disk full – db-01');
  assert.equal(named('Disk full on DB-01', 'db-01.contoso.example:9100'), '[INFO] Disk full on DB-01');
  assert.equal(named('10.0.0.1 does not answer', '10.0.0.1:161'), '[INFO] 10.0.0.1 does not answer');
  assert.equal(named('Disk full', '10.0.0.1'), '[INFO] Disk full – 10.0.0.1');
  assert.equal(named('Disk full', 'x'.repeat(80)), '[INFO] Disk full');
  assert.equal(named('Disk full', ' \n '), '[INFO] Disk full');
});

const diskOn = (value: string) => ({ title: 'Disk full', state: 'firing', ...host(value) }) as const;

test('the same alert in several places says how many, and where', () => {
  assert.equal(
    subject([diskOn('a'.repeat(9)), diskOn('b'.repeat(9))]),
    '[FIRING] (2) Disk full – aaaaaaaaa, bbbbbbbbb',
  );
  assert.equal(
    subject([diskOn('db-01'), diskOn('db-01'), diskOn('db-01')]),
    '[FIRING] (3) Disk full – db-01',
  );
  const many = subject(Array.from({ length: 40 }, (_, index) => diskOn(`server-${index}`)));
  assert.equal(many, '[FIRING] (40) Disk full – server-0, server-1, server-2, …');
  const different = subject(
    Array.from({ length: 40 }, (_, index) => ({ ...diskOn(`db-${index}`), title: `Volume ${index} full` })),
  );
  assert.match(different, /^\[FIRING\] \(40\) Volume 0 full – db-0; Volume 1 full – db-1; .* and \d+ more$/);
  assert.ok(different.length <= 150);
  assert.equal(
    subject([diskOn('db-01'), diskOn('db-02')], 'Disks in prod (db-01)'),
    '[FIRING] (2) Disks in prod (db-01) – db-02',
  );
});

test('a long title ends after a word, and no place takes its room; the count stays', () => {
  const title = 'Replication of the catalogue is late '.repeat(20);
  const long = subject([{ title, state: 'firing', ...host('db-07') }]);
  assert.ok(long.length <= 150 && long.length > 120);
  assert.match(long, / [a-zA-Z]+…$/);
  const [, last = ''] = / ([a-zA-Z]+)…$/.exec(long) ?? [];
  assert.ok(title.split(' ').includes(last), last);
  const two = subject([{ title }, { title: 'Other' }]);
  assert.ok(two.length <= 150);
  assert.match(two, /…; Other$/);
});

test('no character is cut in half', () => {
  for (let lead = 0; lead < 12; lead += 1) {
    const family = '👩‍👩‍👧‍👦';
    const line = subject([{ title: 'x'.repeat(lead) + family.repeat(40) }]);
    assert.ok(line.length <= 150 && line.isWellFormed());
    assert.equal(line.replace(/^\[INFO\] x*/, '').replaceAll(family, ''), '…');
  }
});

test('without a title the summary or the source stands in', () => {
  assert.equal(
    subject([{ title: ' \n', summary: '\n\nWater in the cellar.\nPump runs.' }]),
    '[INFO] Water in the cellar. Pump runs.',
  );
  assert.equal(subject([{ title: '', source: 'zabbix' }]), '[INFO] Message from zabbix');
  assert.equal(subject([]), '[INFO] A message without content');
});

const importance = (state: AlertState, severity: Severity): string =>
  writeLetter(group([{ state, severity }]), { ...occasion, hook: 'h' }).importance;

test('high is only what is wrong and bad, low only what reports nothing bad', () => {
  assert.equal(importance('firing', 'critical'), 'high');
  assert.equal(importance('firing', 'error'), 'high');
  assert.equal(importance('firing', 'warning'), 'normal');
  assert.equal(importance('resolved', 'critical'), 'normal');
  assert.equal(importance('test', 'critical'), 'normal');
  assert.equal(importance('info', 'error'), 'normal');
  assert.equal(importance('info', 'unknown'), 'normal');
  assert.equal(importance('info', 'info'), 'low');
});
