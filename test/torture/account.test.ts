import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageEvent } from '../../shared/reporting/event.ts';
import { isKept, judge, type Row } from './account.ts';
import type { Accepted } from './load.ts';

const at = '2026-11-20T12:00:00.000Z';
const unknown: MessageEvent = { at, event: 'unknown', reason: 'r', trace: {}, until: at };
const relayed: MessageEvent = { at, event: 'relayed', transport: 'graph', trace: {} };

/** Judges one message. */
function judged(
  state: string | undefined,
  copies: number,
  more: { events?: MessageEvent[]; onUnknown?: 'retry' | 'hold'; strict?: boolean } = {},
) {
  const { events = [], onUnknown = 'retry', strict = false } = more;
  const accepted: Accepted[] = [{ id: 'a', subject: 's', onUnknown }];
  const rows = new Map<string, Row>(state === undefined ? [] : [['a', { state, events }]]);
  return judge(accepted, rows, new Map([['s', copies]]), strict);
}

test('a message that was sent once, or is held, is kept', () => {
  assert.ok(isKept(judged('relayed', 1)));
  for (const copies of [0, 1]) assert.ok(isKept(judged('unknown', copies, { onUnknown: 'hold' })));
});

test('lost: no row, relayed without a copy, not moving, given up by nobody', () => {
  assert.equal(judged(undefined, 1).lost.length, 1);
  assert.equal(judged('relayed', 0).lost.length, 1);
  assert.equal(judged('deferred', 0).lost.length, 1);
  assert.equal(judged('cancelled', 0).lost.length, 1);
});

test('wrong: failed or dead-lettered by faults that all pass', () => {
  assert.equal(judged('failed', 0).wrong.length, 1);
  assert.equal(judged('dead-lettered', 1).wrong.length, 1);
});

test('a copy needs an unknown outcome, on_unknown=retry, and faults that leave doubt', () => {
  const events = [unknown, relayed];
  assert.equal(judged('relayed', 2, { events }).allowed.length, 1);
  assert.ok(isKept(judged('relayed', 2, { events })));
  assert.equal(judged('relayed', 2, { events: [relayed] }).forbidden.length, 1);
  assert.equal(judged('relayed', 2, { events, onUnknown: 'hold' }).forbidden.length, 1);
  assert.equal(judged('relayed', 2, { events, strict: true }).forbidden.length, 1);
});
