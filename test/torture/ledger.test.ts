import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLedger } from './ledger.ts';
import type { StorageAct, StorageStep } from './storage-wire.ts';

/** A ledger whose time is told, about one message. */
function opened() {
  let time = 0;
  const ledger = openLedger(() => time);
  const at = (ms: number, process: number, step: StorageStep, state?: string): void => {
    time = ms;
    const act: StorageAct = { step, messages: ['m'], ...(state === undefined ? {} : { state }) };
    ledger.note(process, act);
  };
  const kill = (ms: number, process: number): void => {
    time = ms;
    ledger.killed(process);
  };
  return { ledger, at, kill };
}

test('recovery runs from the kill to the next attempt, and is told by its parts', () => {
  const { ledger, at, kill } = opened();
  at(0, 1, 'row-insert', 'accepted');
  at(10, 1, 'doorbell-put');
  at(20, 1, 'doorbell-taken');
  at(30, 1, 'claim', 'sending');
  kill(100, 1);
  assert.equal(ledger.orphans, 1);
  at(700, 2, 'sweep-mark');
  at(710, 2, 'doorbell-put');
  at(730, 3, 'doorbell-taken');
  // The turn that finds the lapsed claim is no attempt yet.
  at(760, 3, 'postpone', 'deferred');
  at(800, 3, 'claim', 'sending');
  at(900, 3, 'settle', 'relayed');
  const [one, ...more] = ledger.recoveries;
  assert.deepEqual(one, { message: 'm', held: 'claim', total: 700, noticed: 610, queued: 20, turn: 70 });
  assert.equal(more.length, 0);
  assert.equal(ledger.orphans, 0);
  assert.equal(ledger.open, 0);
});

test('a message in the queue is nobody’s, and one that has ended is not waited for', () => {
  const { ledger, at, kill } = opened();
  at(0, 1, 'row-insert', 'accepted');
  at(10, 1, 'doorbell-put');
  kill(20, 1);
  at(30, 2, 'doorbell-taken');
  at(40, 2, 'claim', 'sending');
  at(50, 2, 'settle', 'relayed');
  kill(60, 2);
  assert.equal(ledger.orphans, 0);
  assert.equal(ledger.recoveries.length, 0);
});

test('the time begins again when the next holder is killed too', () => {
  const { ledger, at, kill } = opened();
  at(0, 1, 'express-insert', 'sending');
  kill(100, 1);
  at(500, 2, 'doorbell-put');
  at(510, 2, 'doorbell-taken');
  kill(520, 2);
  at(800, 3, 'doorbell-put');
  at(820, 3, 'doorbell-taken');
  at(830, 3, 'settle', 'unknown');
  assert.deepEqual(
    ledger.recoveries.map(({ held, total }) => ({ held, total })),
    [{ held: 'doorbell-taken', total: 310 }],
  );
});
