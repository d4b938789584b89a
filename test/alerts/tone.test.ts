import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severityOfColour } from '../../shared/alerts/colour.ts';
import { plainHtml, plainMarkdown, plainSlack } from '../../shared/alerts/markup.ts';
import { tone } from '../../shared/alerts/tone.ts';

test('words tell the tone', () => {
  const said: readonly (readonly [string, string, string])[] = [
    ['An alert for shop has been triggered due to having failed 3 time(s)', 'firing', 'error'],
    ['An alert for shop has been resolved after passing 3 time(s)', 'resolved', 'ok'],
    ['[FIRING:2] DiskFull', 'firing', 'unknown'],
    ['[RESOLVED] Job failed', 'resolved', 'ok'],
    ['Host is down', 'firing', 'critical'],
    ['Host is up', 'resolved', 'ok'],
    ['Everything is up to date', 'info', 'unknown'],
    ['Backup finished: 0 failed, no errors', 'info', 'unknown'],
    ['Backup finished, failed: 0', 'info', 'unknown'],
    ['Errors: no\nDuration: 5 s', 'info', 'unknown'],
    ['Web-01 is down: no answer for 90 seconds', 'firing', 'critical'],
    ['Backup failed: no space left on device', 'firing', 'error'],
    ['Scaled down to 2', 'info', 'unknown'],
    ['Disk: WARNING at 91 %', 'firing', 'warning'],
    ['Deploy succeeded', 'info', 'ok'],
    ['This is a test notification', 'test', 'info'],
    ['Problem acknowledged by Ann', 'acknowledged', 'unknown'],
    ['Door opened', 'info', 'unknown'],
    ['Volume 1 has crashed', 'firing', 'error'],
    ['oven-1 CPU above threshold', 'firing', 'unknown'],
  ];
  for (const [words, state, severity] of said) assert.deepEqual(tone(words), { state, severity }, words);
});

test('a colour is a severity, whatever way it is written', () => {
  const seen: readonly (readonly [unknown, string | undefined])[] = [
    ['#DD0000', 'critical'],
    ['dd0000', 'critical'],
    ['#d00', 'critical'],
    [15158332, 'critical'],
    ['15158332', 'critical'],
    ['danger', 'critical'],
    ['#FFA500', 'warning'],
    ['#f2c744', 'warning'],
    ['good', 'ok'],
    ['#36A64F', 'ok'],
    [3447003, 'info'],
    ['#808080', undefined],
    ['#000000', undefined],
    ['constructor', undefined],
    [-1, undefined],
    [null, undefined],
  ];
  for (const [colour, severity] of seen) assert.equal(severityOfColour(colour), severity, String(colour));
});

test('markup becomes text, and what only looks like markup stays', () => {
  assert.equal(
    plainSlack('a * b, snake_case_name, 12:30:45, <not a link>').text,
    'a * b, snake_case_name, 12:30:45, <not a link>',
  );
  assert.equal(plainSlack('*bold* _it_ ~no~ `x` :x:').text, 'bold it no x ❌');
  assert.deepEqual(plainSlack('<https://a.example/?x=1&amp;y=2>').links, [
    { label: 'https://a.example/?x=1&y=2', url: 'https://a.example/?x=1&y=2' },
  ]);
  assert.equal(plainMarkdown('## Head\n**b** [l](https://a.example/x_(y)) 2 * 3').text, 'Head\nb l 2 * 3');
  assert.equal(
    plainHtml('<p>a<br/>b</p><a href="https://x.example?a=1&amp;b">l</a> <subscription ID>').text,
    'a\nb\nl <subscription ID>',
  );
});
