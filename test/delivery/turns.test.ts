/**
 * Turns that a single attempt does not finish: failing over, looking before repeating, claims that are lost, batches, and messages
 * that leave within the accepting call. On Azurite and the pretend Microsoft 365, with a clock that the test sets.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Bridge } from '../../shared/bridge.ts';
import type { Message } from '../../shared/message/message.ts';
import type { HeldRecord, MessageRecord } from '../../shared/outbox/record.ts';
import { replay } from '../../shared/outbox/replay.ts';
import { batchIds, newMessageId } from '../../shared/platform/id.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { startTurns } from './turn-stage.ts';

const start = new Date('2026-11-20T12:00:00Z');
let now = start;

const { microsoft365, storage, outbox, bridgeWith } = await startTurns(
  { now: () => now },
  { roles: ['Mail.Send', 'Mail.Read', 'SMTP.SendAsApp'] },
);
beforeEach(async () => {
  now = start;
  microsoft365.faults.graph.clear();
  microsoft365.faults.smtp.clear();
  await storage.queue(storageNames.queue).clearMessages();
});

const impatient = (settings: Readonly<Record<string, string>> = {}) =>
  bridgeWith({ POSTRIDER_ATTEMPT_TIMEOUT: '2s', ...settings });

async function accept(more: Partial<MessageRecord> = {}, message: Partial<Message> = {}): Promise<string> {
  const record = exampleRecord(now, more);
  await outbox.accept({ record, message: exampleMessage(message), attachments: [] });
  await storage.queue(storageNames.queue).clearMessages();
  return record.id;
}
const turn = (bridge: Bridge, id: string) => bridge.deliver({ v: 1, message: id });
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const copies = (id: string) =>
  microsoft365.store.list().filter(({ mime }) => mime.toString().includes(id)).length;
const row = async (id: string): Promise<HeldRecord> => {
  const record = await outbox.records.get(id);
  assert.ok(record);
  return record;
};
const story = async (id: string) => (await row(id)).events.map(({ event }) => event);

test('a route that refuses for certain is followed at once by the next one', async () => {
  const bridge = impatient({ POSTRIDER_TRANSPORTS: 'graph,smtp' });
  microsoft365.faults.graph.add({ kind: 'status', status: 503 });
  const id = await accept();
  assert.equal(await turn(bridge, id), 'relayed');
  assert.deepEqual(await story(id), ['accepted', 'sending', 'deferred', 'sending', 'relayed']);
  assert.equal(copies(id), 1);
  assert.equal(microsoft365.store.list()[0]?.via, 'smtp');
});

test('a doubtful attempt is not repeated on another route', async () => {
  const bridge = impatient({ POSTRIDER_TRANSPORTS: 'graph,smtp' });
  microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const id = await accept({ onUnknown: 'hold' });
  assert.equal(await turn(bridge, id), 'unknown');
  assert.equal(copies(id), 1);
});

test('with Mail.Read a sent copy ends the doubt, and nothing is sent twice', async () => {
  const bridge = impatient({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const id = await accept();
  assert.equal(await turn(bridge, id), 'deferred');
  later(11);
  assert.equal(await turn(bridge, id), 'relayed');
  assert.deepEqual(await story(id), ['accepted', 'sending', 'unknown', 'relayed']);
  assert.equal(copies(id), 1);
  const last = (await row(id)).events.at(-1);
  assert.ok(last?.event === 'relayed' && last.found === true);
});

test('without one it is sent again when a minute has passed, also for a submitter who would rather hold it', async () => {
  const bridge = impatient({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  for (const onUnknown of ['retry', 'hold'] as const) {
    const id = await accept({ onUnknown, state: 'sending', attempt: 1, leaseUntil: now, events: sending() });
    later(1);
    assert.equal(await turn(bridge, id), 'deferred', 'a worker died: doubt');
    later(11);
    assert.equal(await turn(bridge, id), 'paced', 'the copy may still come');
    assert.equal(copies(id), 0);
    later(60);
    assert.equal(await turn(bridge, id), 'relayed');
    assert.equal(copies(id), 1);
  }
});

const sending = () =>
  [
    { at: now.toISOString(), event: 'accepted' },
    { at: now.toISOString(), event: 'sending', attempt: 1, transport: 'graph' },
  ] as const;

test('a mailbox that cannot be asked is asked again, and at the end of its life the message waits for a person', async () => {
  const bridge = impatient({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  const id = await accept({ state: 'sending', attempt: 1, leaseUntil: now, events: sending() });
  later(1);
  await turn(bridge, id);
  microsoft365.faults.graph.add({ kind: 'status', status: 503, times: 2 });
  later(11);
  assert.equal(await turn(bridge, id), 'paced');
  later(86_400);
  assert.equal(await turn(bridge, id), 'unknown');
  assert.equal(copies(id), 0);
  assert.ok((await row(id)).content, 'its content is kept for a replay');
});

test('a copy that may still come is awaited, without asking all the time, when the life of the message is over', async () => {
  const bridge = impatient({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  const expiresAt = new Date(now.getTime() + 5000);
  const id = await accept({ state: 'sending', attempt: 1, leaseUntil: now, expiresAt, events: sending() });
  later(1);
  assert.equal(await turn(bridge, id), 'deferred');
  later(11);
  assert.equal(await turn(bridge, id), 'paced');
  assert.ok((await row(id)).dueAt.getTime() >= now.getTime() + 45_000);
  later(60);
  assert.equal(await turn(bridge, id), 'expired');
  assert.equal(copies(id), 0);
});

test('what a person has sent again in spite of a doubt is sent when nothing can be found out', async () => {
  const looking = impatient({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  const id = await accept({
    onUnknown: 'hold',
    state: 'sending',
    attempt: 1,
    leaseUntil: now,
    events: sending(),
  });
  later(1);
  await turn(looking, id);
  microsoft365.faults.graph.add({ kind: 'status', status: 503 });
  later(86_400);
  assert.equal(await turn(looking, id), 'unknown');
  const blind = impatient();
  assert.equal(await replay(outbox, id, now, 86_400), 'done');
  assert.equal(await turn(blind, id), 'relayed');
  assert.equal(copies(id), 1);
});

test('a worker that lost its claim still says that the message was sent, and nobody sends it again', async () => {
  const bridge = impatient({ POSTRIDER_ATTEMPT_TIMEOUT: '30s' });
  microsoft365.faults.graph.add({ kind: 'slow', ms: 1500 });
  const id = await accept();
  const slow = turn(bridge, id);
  while ((await row(id)).state !== 'sending') await new Promise((resolve) => setTimeout(resolve, 5));
  later(61);
  assert.equal(await turn(bridge, id), 'deferred', 'the claim has lapsed for another worker');
  assert.equal(await slow, 'relayed');
  later(3600);
  assert.equal(await turn(bridge, id), 'nothing');
  assert.equal(copies(id), 1);
  assert.deepEqual(await story(id), ['accepted', 'sending', 'unknown', 'relayed']);
});

test('a claim is renewed while an attempt lasts, and the sweep leaves it alone', async () => {
  const bridge = impatient({ POSTRIDER_LEASE: '5s', POSTRIDER_ATTEMPT_TIMEOUT: '30s' });
  microsoft365.faults.graph.add({ kind: 'slow', ms: 2200 });
  const id = await accept();
  const slow = turn(bridge, id);
  while ((await row(id)).state !== 'sending') await new Promise((resolve) => setTimeout(resolve, 5));
  later(4);
  const first = (await row(id)).leaseUntil;
  while ((await row(id)).leaseUntil?.getTime() === first?.getTime()) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  later(4);
  assert.equal(await turn(bridge, id), 'nothing', 'renewed');
  assert.equal(await slow, 'relayed');
  assert.equal(copies(id), 1);
});

test('one doorbell for a batch sends all of it, and rings once for what has to wait', async () => {
  const bridge = impatient();
  const ids = batchIds(newMessageId(now), 12);
  const batch = ids.map((id) => ({
    record: exampleRecord(now, { id }),
    message: exampleMessage(),
    attachments: [],
  }));
  assert.equal(await outbox.acceptAll(batch), 'written');
  const other = batch.map(({ record, ...content }) =>
    Object.assign({ record: { ...record, writer: 'another' } }, content),
  );
  assert.equal(await outbox.acceptAll(other), 'existing', 'all or none');
  const queue = storage.queue(storageNames.queue);
  const entries = (await queue.receiveMessages({ numberOfMessages: 32 })).receivedMessageItems;
  assert.equal(entries.length, 1);
  await queue.clearMessages();
  microsoft365.faults.graph.add({ kind: 'status', status: 503, times: 3 });
  await bridge.deliver({ v: 2, messages: ids });
  const states = await Promise.all(ids.map(async (id) => (await row(id)).state));
  assert.equal(states.filter((state) => state === 'relayed').length, 9);
  assert.equal(states.filter((state) => state === 'deferred').length, 3);
  assert.equal((await queue.getProperties()).approximateMessagesCount, 1);
  later(120);
  await bridge.deliver({ v: 2, messages: ids });
  for (const id of ids) assert.equal(copies(id), 1);
});
