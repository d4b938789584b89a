import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSelfMailGuard, hopsOf, loopProblem } from '../../shared/access/loop-guard.ts';
import { exampleMessage } from '../outbox/example.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const headers =
  (given: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    given[name];
const field = (name: string, value: string) => exampleMessage({ headers: [{ name, value }] });
const code = (given: Readonly<Record<string, string>>, message = exampleMessage()) =>
  loopProblem(headers(given), message, '#')?.code ?? '';

test('the highest hop mark counts, wherever it stands', () => {
  const hops = (mark: string) => hopsOf(headers({ 'x-postrider-hop': mark }), exampleMessage());
  assert.equal(hopsOf(headers({}), exampleMessage()), 0);
  assert.deepEqual(['1', ' 2 ', '1, 3', '2,x', 'x', '-1', '1e9', ''].map(hops), [1, 2, 3, 2, 0, 0, 0, 0]);
  assert.equal(hopsOf(headers({ 'x-postrider-hop': '1' }), field('x-postrider-HOP', '2')), 2);
  // Mail of the first hop has only the tag.
  assert.equal(hopsOf(headers({}), field('X-Postrider-Id', '01k')), 1);
});

test('what has come round three times is refused', () => {
  assert.equal(code({ 'x-postrider-hop': '2' }), '');
  assert.equal(code({ 'x-postrider-hop': '3' }), 'mail-loop');
  for (const mark of ['999999', '0000003', '9'.repeat(400)]) {
    assert.equal(code({ 'x-postrider-hop': mark }), 'mail-loop', mark);
  }
});

test('automatic mail is not answered automatically', () => {
  const reply = field('AUTO-submitted', 'Auto-Replied; owner');
  assert.equal(code({ 'auto-submitted': 'auto-replied' }), 'mail-loop');
  assert.equal(code({ 'auto-submitted': 'Auto-Replied; x=y' }), 'mail-loop');
  assert.equal(code({ 'auto-submitted': 'auto-generated' }), '');
  assert.equal(code({ 'auto-submitted': 'auto-generated' }, reply), 'mail-loop');
  assert.equal(code({ 'auto-submitted': 'no' }, reply), '');
  assert.equal(code({}, reply), '');
  assert.equal(code({}, field('Auto-Submitted', 'auto-generated')), '');
});

test('an automatic reply does not go to its own sender', () => {
  const { headers: fields } = field('Auto-Submitted', 'auto-replied');
  const message = exampleMessage({ headers: fields, bcc: [{ address: 'ALERTS@contoso.com' }] });
  assert.equal(code({}, message), 'mail-loop');
});

test('a mailbox is told the same by itself twenty times in ten minutes', () => {
  const guard = createSelfMailGuard();
  const self = exampleMessage({ to: [{ address: 'Alerts@contoso.com' }] });
  for (let i = 0; i < 20; i++) assert.equal(guard(self, later(i)), undefined);
  const refused = guard(self, later(20));
  assert.equal(refused?.code, 'mail-loop');
  assert.equal(refused.retryAfterSeconds, 580);
  assert.equal(guard({ ...self, subject: 'another' }, later(20)), undefined);
  assert.equal(guard(self, later(601)), undefined);
});

test('others are told as often as anybody likes, and the guard remembers a bounded number', () => {
  const guard = createSelfMailGuard();
  for (let i = 0; i < 100; i++) assert.equal(guard(exampleMessage(), now), undefined);
  const self = exampleMessage({ to: [{ address: 'alerts@contoso.com' }] });
  for (let i = 0; i < 20; i++) guard(self, now);
  for (let i = 0; i < 2000; i++) guard({ ...self, subject: `other ${i}` }, now);
  assert.equal(guard(self, now), undefined);
});
