/** Batches on storage that misbehaves: what has been committed keeps its content. */
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { startStorage, type StorageSimulator } from '../../infra/simulators/storage.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox, Submitted } from '../../shared/outbox/outbox.ts';
import { batchIds, newMessageId } from '../../shared/platform/id.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from './example.ts';

const now = new Date('2026-11-20T12:00:00Z');
const bytes = Buffer.alloc(100_000, 7);
let simulator: StorageSimulator;
let storage: Storage;
let outbox: Outbox;

before(async () => {
  simulator = await startStorage();
  storage = openStorage({ AzureWebJobsStorage: simulator.connectionString });
  outbox = openOutbox(storage, () => undefined);
  await storage.table(storageNames.messages).createTable();
  await storage.queue(storageNames.queue).create();
});
after(() => simulator.stop());

const batchOf = (count: number, writer: string, first = newMessageId(now)): Submitted[] =>
  batchIds(first, count).map((id) => ({
    record: exampleRecord(now, { id, fingerprint: 'f', writer }),
    message: exampleMessage({
      attachments: [{ filename: 'a.bin', contentType: 'application/octet-stream', size: bytes.length }],
    }),
    attachments: [{ size: bytes.length, chunks: () => [bytes] }],
  }));

async function assertContents(batch: readonly Submitted[]): Promise<void> {
  const rows = await outbox.records.getAll(batch.map(({ record }) => record.id));
  assert.equal(rows.length, batch.length);
  for (const { content } of rows) {
    const open = content && (await outbox.contents.open(content));
    assert.deepEqual(open && (await buffer(await open.openAttachment(0))), bytes);
  }
}

test('a batch whose answer was lost is found by the repeated write, with its contents', async () => {
  const batch = batchOf(3, 'one');
  simulator.faults.add({ kind: 'lose-answer', operation: 'EntityGroupTransaction' });
  assert.equal(await outbox.acceptAll(batch), 'written');
  await assertContents(batch);
  assert.equal(simulator.transactions().queue['PutMessage'], 1);
});

test('a batch that may have been committed when storage went away keeps its contents', async () => {
  const batch = batchOf(2, 'one');
  simulator.faults.add({ kind: 'lose-answer', operation: 'EntityGroupTransaction' });
  simulator.faults.add({ kind: 'cut', operation: 'EntityGroupTransaction', times: 2 });
  await assert.rejects(outbox.acceptAll(batch));
  await assertContents(batch);
});

test('rows that no transaction takes are refused, and leave nothing', async () => {
  const metadata = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`name-${i}`, '\u5b57'.repeat(400)]),
  );
  const batch = batchOf(100, 'one').map(({ record, ...content }) =>
    Object.assign({ record: { ...record, summary: { ...record.summary, metadata } } }, content),
  );
  const blobs = (await outbox.contents.names()).names;
  assert.equal(await outbox.acceptAll(batch), 'too-large');
  assert.deepEqual((await outbox.contents.names()).names, blobs);
});

test('of two writers under one key one wins; the contents of the other go', async () => {
  const first = newMessageId(now);
  const winner = batchOf(2, 'one', first);
  assert.equal(await outbox.acceptAll(winner), 'written');
  const blobs = (await outbox.contents.names()).names;
  assert.equal(await outbox.acceptAll(batchOf(2, 'two', first)), 'existing');
  await assertContents(winner);
  assert.deepEqual((await outbox.contents.names()).names, blobs);
});
