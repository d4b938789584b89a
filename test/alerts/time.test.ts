/**
 * Times and severities as senders write them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSeverity, severityOf } from '../../shared/alerts/severity.ts';
import { timeOf } from '../../shared/alerts/time.ts';

const noon = '2026-11-20T12:34:56.000Z';

test('times in all the forms that senders have', () => {
  const written = [
    '2026-11-20T12:34:56Z',
    '2026-11-20T12:34:56.000000000Z',
    '2026-11-20T13:34:56+01:00',
    '2026-11-20T13:34:56+0100',
    '2026-11-20T13:34:56+01.00',
    '2026-11-20 12:34:56 UTC',
    '2026-11-20 12:34:56.000000001 +0000 UTC',
    '2026/11/20 12:34:56 GMT',
    '2026.11.20 12:34:56',
    '20.11.2026 12:34:56',
    '20.11.2026, 12:34:56 Uhr',
    'Fri, 20 Nov 2026 12:34:56 GMT',
    'November 20, 2026 12:34:56 PM UTC',
    'Nov 20, 2026 1:34:56 PM CET',
    1_795_178_096,
    '1795178096',
    1_795_178_096_000,
    '1795178096000',
    '1795178096000000000',
  ];
  for (const value of written) assert.equal(timeOf(value)?.toISOString(), noon, String(value));
  assert.equal(timeOf('20.11.2026 13:34:56', 60)?.toISOString(), noon);
  assert.equal(timeOf('20.11.2026')?.toISOString(), '2026-11-20T00:00:00.000Z');
});

test('what is no time is none, and so is the zero time of Go', () => {
  const nothing = [
    '0001-01-01T00:00:00Z',
    'Never',
    '',
    null,
    undefined,
    {},
    [],
    0,
    -1,
    Number.NaN,
    1e300,
    '99.99.2026',
    '2026-13-45',
    '20.11.2026 99:99',
    'x'.repeat(100_000),
    '$DATE',
  ];
  for (const value of nothing) assert.equal(timeOf(value), undefined, typeof value);
});

test('words of severity on all scales', () => {
  const scales: Readonly<Record<string, readonly string[]>> = {
    critical: ['CRITICAL', 'P1', 'Sev0', 'fatal', 'Disaster', 'P1 - Critical'],
    error: ['Error', 'P2', 'Sev1', 'high', 'major'],
    warning: ['warn', 'P3', 'sev2', 'minor', 'Average'],
    info: ['Informational', 'P5', 'Sev4', 'debug', 'low'],
    ok: ['OK', 'resolved', 'clear'],
  };
  for (const [severity, words] of Object.entries(scales)) {
    for (const word of words) assert.equal(severityOf(word), severity, word);
  }
  for (const word of ['', 'purple', 3, null, {}, 'constructor', 'x'.repeat(1000)])
    assert.equal(severityOf(word), undefined);
  assert.equal(firstSeverity(null, 'purple', 'minor', 'critical'), 'warning');
});
