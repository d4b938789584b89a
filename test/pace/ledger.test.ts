/** The row of a mailbox keeps what was booked, and stays small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyLedger,
  formatLedger,
  parseLedger,
  plan,
  withReturns,
  type Ledger,
  type Limit,
  type Want,
} from '../../shared/pace/ledger.ts';

const limits: readonly Limit[] = [
  { name: 'messages', limit: 30, span: 60_000, reason: '' },
  { name: 'recipients', limit: 10_000, span: 86_400_000, reason: '' },
  { name: 'bytes', limit: 150_000_000, span: 300_000, reason: '' },
];
const t0 = 1_800_000_000_000;
const reach = { near: 2000, restUntil: 0 };
const want = (more: Partial<Want['needs']> = {}, high = false, deadline = Infinity): Want => ({
  needs: { messages: 1, recipients: 1, bytes: 1000, ...more },
  transport: 'graph',
  high,
  deadline,
});

test('a row is read as it was written, and a full one is below 4 KB', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          gap: fc.integer({ min: 0, max: 4000 }),
          recipients: fc.integer({ min: 1, max: 500 }),
          bytes: fc.integer({ min: 1, max: 4_000_000 }),
        }),
        { minLength: 300, maxLength: 400 },
      ),
      (list) => {
        let ledger: Ledger = emptyLedger;
        let now = t0;
        for (const { gap, recipients, bytes } of list) {
          now += gap;
          ledger = plan(limits, ledger, [want({ recipients, bytes }, true, now + 12_000)], now, reach).ledger;
        }
        const text = formatLedger(ledger);
        assert.deepEqual(parseLedger(text), ledger);
        assert.ok(text.length < 4096, `${text.length}`);
      },
    ),
    { numRuns: 20 },
  );
});

test('what is given back may be booked again', () => {
  const crowd = Array.from({ length: 30 }, () => want());
  const full = plan(limits, emptyLedger, crowd, t0, reach);
  const late = (ledger: Ledger) => plan(limits, ledger, [want({}, false, t0)], t0, reach).late.size;
  assert.equal(late(full.ledger), 1);
  assert.equal(late(withReturns(limits, full.ledger, full.pieces)), 0);
});

test('nobody but high books far ahead', () => {
  const { ledger } = plan(
    limits,
    emptyLedger,
    Array.from({ length: 30 }, () => want()),
    t0,
    reach,
  );
  const later = plan(limits, ledger, [want()], t0, reach);
  assert.deepEqual(later.pieces, {});
  assert.ok(later.again > t0 + 50_000);
  assert.equal(plan(limits, ledger, [want({}, true)], t0, reach).pieces.messages?.[0]?.from, t0 + 61_500);
});

test('what is booked in stock makes no limit short: large messages go at once until the limit is used up', () => {
  const recipients = limits.filter(({ name }) => name === 'recipients');
  let ledger: Ledger = emptyLedger;
  let sent = 0;
  for (let i = 0; i < 20; i++) {
    const next = plan(recipients, ledger, [want({ recipients: 500 }, false, t0)], t0 + i, reach);
    ledger = next.ledger;
    sent += next.pieces.recipients?.some(({ weight }) => weight === 500) ? 1 : 0;
  }
  // The rest of the limit lies in stock.
  assert.ok(sent >= 14, `${sent} of 20`);
});

test('waiting for one limit, or for the provider, makes no other limit short', () => {
  const busy = plan(
    limits,
    emptyLedger,
    Array.from({ length: 34 }, () => want({}, true)),
    t0,
    reach,
  ).ledger;
  assert.ok((busy.windows.messages?.tight ?? 0) > t0, 'thirty a minute are short');
  const asked: Ledger = { ...emptyLedger, notBefore: { graph: t0 + 5000 } };
  const later = plan(limits, asked, [want({}, true)], t0, reach).ledger;
  for (const { windows } of [busy, later]) {
    assert.equal(windows.recipients?.tight, 0);
    assert.equal(windows.bytes?.tight, 0);
  }
});
