import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageEvent } from '../../shared/reporting/event.ts';
import { readWebhookEntry } from '../../shared/reporting/webhook-entry.ts';
import { webhookEventType, webhookId, webhookPayload } from '../../shared/reporting/webhook-event.ts';
import { exampleRecord } from '../outbox/example.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();
const events: readonly MessageEvent[] = [
  { at: at(0), event: 'accepted' },
  { at: at(1), event: 'sending', attempt: 1, transport: 'graph' },
  { at: at(2), event: 'deferred', reason: 'Busy.', fault: 'transient', until: at(30), trace: {} },
  { at: at(30), event: 'sending', attempt: 2, transport: 'graph' },
  { at: at(31), event: 'relayed', transport: 'graph', trace: { requestId: 'r' } },
];
const record = exampleRecord(new Date(at(0)), {
  state: 'relayed',
  attempt: 2,
  events,
  summary: {
    from: 'alerts@contoso.com',
    to: ['somebody@example.com'],
    cc: [],
    bcc: [],
    subject: 'A secret subject',
    tags: [{ name: 'a', value: 'b' }],
    metadata: { order: '7' },
  },
});

test('a payload tells what was so when the event happened, and stays the same ever after', () => {
  const deferred = { at: at(2), event: 'deferred' } as const;
  const expected = {
    type: 'message.deferred',
    timestamp: at(2),
    data: {
      id: record.id,
      submitter: 'app',
      status: 'deferred',
      attempt: 1,
      message_id: record.messageId,
      tags: [{ name: 'a', value: 'b' }],
      metadata: { order: '7' },
      next_attempt_at: at(30),
      event: events[2],
    },
  };
  assert.deepEqual(webhookPayload(record, deferred), expected);
  assert.deepEqual(webhookPayload({ ...record, events: events.slice(0, 3) }, deferred), expected);
});

test('it holds no subject and no address', () => {
  for (const event of events) {
    const text = JSON.stringify(webhookPayload(record, event) ?? {});
    assert.doesNotMatch(text, /secret subject|somebody@/);
  }
});

test('an event that is not in the row, or is not told, has no payload', () => {
  assert.equal(webhookPayload(record, { at: at(3), event: 'deferred' }), undefined);
  assert.equal(webhookPayload(record, { at: at(2), event: 'relayed' }), undefined);
  assert.equal(webhookPayload(record, { at: at(1), event: 'sending' }), undefined);
});

test('a held unknown outcome and one that is sent again differ in their status', () => {
  const unknown = { at: at(2), event: 'unknown', reason: 'Cut.', trace: {} } as const;
  const held = webhookPayload({ ...record, events: [unknown] }, unknown);
  const again = webhookPayload({ ...record, events: [{ ...unknown, until: at(9) }] }, unknown);
  assert.equal(held?.type, 'message.unknown');
  assert.deepEqual(
    [held, again].map((payload) => (payload?.data as { status: string } | undefined)?.status),
    ['unknown', 'deferred'],
  );
});

test('types are words and full stops only', () => {
  const deadLettered = { at: at(0), event: 'dead-lettered', reason: '' } as const;
  assert.equal(webhookEventType(deadLettered), 'message.dead_lettered');
});

test('the id is one per event and endpoint, and holds no full stop', () => {
  const one = webhookId('m', { at: at(0), event: 'accepted' }, 'wh_1');
  assert.match(one, /^msg_[0-9a-f]{32}$/);
  assert.equal(one, webhookId('m', { at: at(0), event: 'accepted' }, 'wh_1'));
  const others = [
    webhookId('n', { at: at(0), event: 'accepted' }, 'wh_1'),
    webhookId('m', { at: at(1), event: 'accepted' }, 'wh_1'),
    webhookId('m', { at: at(0), event: 'relayed' }, 'wh_1'),
    webhookId('m', { at: at(0), event: 'accepted' }, 'wh_2'),
  ];
  assert.equal(new Set([one, ...others]).size, 5);
});

test('an entry is read back, and anything else is none', () => {
  const entry = { v: 1, message: 'm', at: at(0), event: 'accepted', attempt: 1 } as const;
  assert.deepEqual(readWebhookEntry(JSON.stringify(entry)), entry);
  const addressed = { ...entry, endpoint: 'wh_1' };
  assert.deepEqual(readWebhookEntry(addressed), addressed);
  const wrong = [undefined, 'x', {}, { v: 2 }, { v: 1, message: 'm' }];
  for (const value of [...wrong, { ...entry, v: 2 }, { ...entry, attempt: '1' }, { ...entry, endpoint: 1 }]) {
    assert.equal(readWebhookEntry(value), undefined, JSON.stringify(value));
  }
});
