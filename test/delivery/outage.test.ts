/**
 * Turns while a part of storage does not answer: an outage is not the message's fault, a defect is nobody else's.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { deadLetter } from '../../shared/delivery/dead-letter.ts';
import { deliver } from '../../shared/delivery/deliver.ts';
import { settle } from '../../shared/delivery/settle.ts';
import { batchIds, newMessageId } from '../../shared/platform/id.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { deliverParts } from './deliver-parts.ts';
import { closedPort } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = { now: () => now };
let azurite: Azurite;

before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

const queue = (name: string) => openStorage({ AzureWebJobsStorage: azurite.connectionString }).queue(name);
const count = async (name: string) => (await queue(name).getProperties()).approximateMessagesCount;

test('a doorbell that rings while the table does not answer is put again, into its own queue', async () => {
  const nobody = `TableEndpoint=http://127.0.0.1:${await closedPort()}/devstoreaccount1`;
  const parts = deliverParts(azurite.connectionString.replace(/TableEndpoint=[^;]*/, nobody));
  assert.equal(await deliver(parts, { v: 1, message: newMessageId(now) }, 'high'), 'outage');
  assert.equal(await count(storageNames.highQueue), 1);
});

test('a message that breaks its turns does not hide behind that', async () => {
  const parts = deliverParts(azurite.connectionString, {}, { clock });
  const record = exampleRecord(now);
  const content = { at: 'row', bytes: Buffer.from('no deflate'), compressed: true, size: 10 } as const;
  await parts.outbox.records.insert(record, content);
  await assert.rejects(deliver(parts, { v: 1, message: record.id }), /incorrect|invalid/);
});

test('a defect is not repeated for as long as a result is', async () => {
  const parts = deliverParts(
    azurite.connectionString,
    {},
    {
      clock,
      wait: () => Promise.reject(new Error('It was repeated.')),
    },
  );
  const record = { ...exampleRecord(now, { state: 'relayed' }), etag: '*' };
  const events = [{ at: now.toISOString(), event: 'failed', reason: 'No.', trace: {} }] as const;
  await assert.rejects(settle(parts, record, { events, attempt: 1, progress: {} }), TypeError);
});

test('a message whose content cannot be deleted has been relayed all the same', async () => {
  const nobody = `BlobEndpoint=http://127.0.0.1:${await closedPort()}/devstoreaccount1`;
  const parts = deliverParts(azurite.connectionString.replace(/BlobEndpoint=[^;]*/, nobody), {}, { clock });
  const record = exampleRecord(now);
  const content = { at: 'blob', name: newMessageId(now), size: 1_000_000 } as const;
  const inserted = await parts.outbox.records.insert(record, content);
  const events = [{ at: now.toISOString(), event: 'relayed', transport: 'graph', trace: {} }] as const;
  assert.equal(await settle(parts, inserted.record, { events, attempt: 1, progress: {} }), 'relayed');
});

test('of a batch that the queue gave up only those at fault become dead letters: each is rung for by itself', async () => {
  const { outbox, log } = deliverParts(azurite.connectionString, {}, { clock });
  const ids = batchIds(newMessageId(now), 3);
  for (const [i, id] of ids.entries()) {
    const record = exampleRecord(now, { id, ...(i === 0 ? { state: 'relayed' } : {}) });
    await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  }
  await queue(storageNames.queue).clearMessages();
  await deadLetter({ outbox, clock, log }, { v: 2, messages: ids });
  assert.equal(await count(storageNames.queue), 2);
  const states = (await outbox.records.getAll(ids)).map(({ state }) => state);
  assert.deepEqual(states, ['relayed', 'accepted', 'accepted']);
  await deadLetter({ outbox, clock, log }, { v: 1, message: ids[1] ?? '' });
  assert.equal((await outbox.records.get(ids[1] ?? ''))?.state, 'dead-lettered');
});

test('a message that a living worker sends does not become a dead letter', async () => {
  const { outbox, log } = deliverParts(azurite.connectionString, {}, { clock });
  const leaseUntil = new Date(now.getTime() + 60_000);
  const events = [{ at: now.toISOString(), event: 'sending', attempt: 1, transport: 'graph' }] as const;
  const record = exampleRecord(now, { state: 'sending', leaseUntil, events });
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  await deadLetter({ outbox, clock, log }, { v: 1, message: record.id });
  assert.equal((await outbox.records.get(record.id))?.state, 'sending');
  const later = { now: () => leaseUntil };
  await deadLetter({ outbox, clock: later, log }, { v: 1, message: record.id });
  assert.equal((await outbox.records.get(record.id))?.state, 'dead-lettered');
});
