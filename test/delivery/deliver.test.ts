/**
 * Delivery turns on Azurite and the pretend Graph, with a clock that the test sets: what no journey can wait for.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { MessageRecord } from '../../shared/outbox/record.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { startTurns } from './turn-stage.ts';

const start = new Date('2026-11-20T12:00:00Z');
let now = start;

const { microsoft365, storage, outbox, bridgeWith } = await startTurns({ now: () => now });
const bridge = bridgeWith();
beforeEach(async () => {
  now = start;
  microsoft365.faults.graph.clear();
  await storage.queue(storageNames.queue).clearMessages();
});

async function accept(more: Partial<MessageRecord> = {}): Promise<string> {
  const record = exampleRecord(now, more);
  await outbox.accept({ record: record, message: exampleMessage(), attachments: [] });
  await storage.queue(storageNames.queue).clearMessages();
  return record.id;
}
const turn = (id: string) => bridge.deliver({ v: 1, message: id });
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const copies = (id: string) =>
  microsoft365.store.list().filter(({ mime }) => mime.toString().includes(id)).length;
const waiting = async () =>
  (await storage.queue(storageNames.queue).getProperties()).approximateMessagesCount ?? 0;

test('a second doorbell finds nothing to do', async () => {
  const id = await accept();
  assert.equal(await turn(id), 'relayed');
  assert.equal(await turn(id), 'nothing');
  assert.equal(copies(id), 1);
  assert.equal((await outbox.records.get(id))?.content, undefined);
});

test('two doorbells at once send one mail', async () => {
  const id = await accept();
  const turns = await Promise.all([turn(id), turn(id), turn(id)]);
  assert.deepEqual(turns.toSorted(), ['nothing', 'nothing', 'relayed']);
  assert.equal(copies(id), 1);
});

test('a doorbell that rings too early rings again for the right time', async () => {
  microsoft365.faults.graph.add({ kind: 'status', status: 503, retryAfter: '60' });
  const id = await accept();
  assert.equal(await turn(id), 'deferred');
  await storage.queue(storageNames.queue).clearMessages();
  assert.equal(await turn(id), 'early');
  assert.equal(await waiting(), 1);
  later(61);
  assert.equal(await turn(id), 'relayed');
  assert.equal(copies(id), 1);
});

test('a message whose lifetime is over expires and keeps its content for a replay', async () => {
  const id = await accept();
  later(86_401);
  assert.equal(await turn(id), 'expired');
  const record = await outbox.records.get(id);
  assert.equal(record?.state, 'expired');
  assert.ok(record.content);
  assert.equal(copies(id), 0);
});

test('deferrals follow the schedule until the lifetime ends, then the message expires', async () => {
  microsoft365.faults.graph.add({
    kind: 'status',
    status: 503,
    code: 'ErrorServerBusy',
    retryAfter: '1',
    times: 100,
  });
  const id = await accept();
  const waits: number[] = [];
  for (;;) {
    const result = await turn(id);
    if (result !== 'deferred') {
      assert.equal(result, 'expired');
      break;
    }
    const due = (await outbox.records.get(id))?.dueAt.getTime() ?? 0;
    waits.push(Math.round((due - now.getTime()) / 1000));
    now = new Date(due);
  }
  assert.deepEqual(waits.slice(0, 6), [60, 300, 900, 3600, 14_400, 14_400]);
  assert.equal((await outbox.records.get(id))?.state, 'expired');
  assert.equal(copies(id), 0);
});

test('a claim that holds is respected; one that has lapsed makes the outcome unknown', async () => {
  const leaseUntil = new Date(now.getTime() + 120_000);
  const claimed = { state: 'sending', attempt: 1, leaseUntil } as const;
  const [held, retried] = [
    await accept({ ...claimed, onUnknown: 'hold' }),
    await accept({ ...claimed, onUnknown: 'retry' }),
  ];
  assert.equal(await turn(held), 'nothing');
  later(121);
  assert.equal(await turn(held), 'unknown');
  assert.equal((await outbox.records.get(held))?.state, 'unknown');
  assert.equal(await turn(retried), 'deferred');
  later(61);
  assert.equal(await turn(retried), 'relayed');
});

test('a message whose content is gone becomes a dead letter', async () => {
  const record = exampleRecord(now);
  await outbox.records.insert(record, { at: 'blob', size: 5, name: 'gone' });
  assert.equal(await turn(record.id), 'dead-lettered');
  assert.equal((await outbox.records.get(record.id))?.state, 'dead-lettered');
});

test('what no configured transport can carry fails with the sizes', async () => {
  const message = exampleMessage({ text: 'x'.repeat(5_000_000) });
  const record = exampleRecord(now);
  await outbox.accept({ record: record, message: message, attachments: [] });
  assert.equal(await turn(record.id), 'failed');
  const last = (await outbox.records.get(record.id))?.events.at(-1);
  assert.match(JSON.stringify(last), /4194304 bytes.*POSTRIDER_TRANSPORTS/);
});

test('an id that names nothing, or is none, is nothing', async () => {
  assert.equal(await turn(exampleRecord(now).id), 'nothing');
  assert.equal(await turn('../../etc'), 'nothing');
});

test('a dead letter is recorded once, and never over an end that came before', async () => {
  const [open, done] = [await accept(), await accept()];
  await turn(done);
  for (const message of [open, done, open]) await bridge.deadLetter({ v: 1, message });
  const record = await outbox.records.get(open);
  assert.equal(record?.state, 'dead-lettered');
  assert.equal(record.events.filter(({ event }) => event === 'dead-lettered').length, 1);
  assert.equal((await outbox.records.get(done))?.state, 'relayed');
  assert.equal(await turn(open), 'nothing');
});

test('a message left behind is swept up', async () => {
  await accept();
  later(61);
  assert.deepEqual(await bridge.sweep(), { rung: 1, lapsed: 0 });
  assert.equal(await waiting(), 1);
});
