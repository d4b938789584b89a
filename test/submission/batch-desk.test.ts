/** Batches that are cancelled while messages of theirs are on their way in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStorage, type StorageSimulator } from '../../infra/simulators/storage.ts';
import type { Caller } from '../../shared/access/authorize.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { ok } from '../../shared/platform/problem.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { openBatchDesk, type BatchDesk } from '../../shared/submission/batch-desk.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';

const now = new Date('2026-11-20T12:00:00Z');
const callerOf = (name: string) => ({ submitter: { name } }) as Caller;
const caller = callerOf('app');
let simulator: StorageSimulator;
let outbox: Outbox;
let desk: BatchDesk;

before(async () => {
  simulator = await startStorage();
  const storage = openStorage({ AzureWebJobsStorage: simulator.connectionString });
  outbox = openOutbox(storage, () => undefined);
  desk = openBatchDesk(outbox, { now: () => now });
  await storage.queue(storageNames.queue).create();
});
after(() => simulator.stop());

const accept = async (batch: string) => {
  const record = exampleRecord(now, { batch });
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  return record.id;
};

test('a message that is written after the batch was looked through is taken back', async () => {
  const batch = desk.newBatch();
  let id = '';
  const answer = await desk.inBatch(caller, batch, async () => {
    await desk.cancelBatch(caller, batch);
    id = await accept(batch);
    return ok([id]);
  });
  assert.ok(!answer.ok);
  assert.equal(answer.problem.code, 'batch-cancelled');
  assert.equal((await outbox.records.get(id))?.state, 'cancelled');
});

test('a batch is its submitter’s: the same id of another one is another batch', async () => {
  const batch = desk.newBatch();
  const id = await accept(batch);
  await desk.cancelBatch(callerOf('other'), batch);
  assert.equal((await outbox.records.get(id))?.state, 'accepted');
  assert.deepEqual(await desk.cancelledBatches(caller, batch), ok([]));
  await desk.cancelBatch(caller, batch);
  assert.equal((await outbox.records.get(id))?.state, 'cancelled');
});

test('marks go when no message can be scheduled for so late', async () => {
  const batch = desk.newBatch();
  await desk.cancelBatch(callerOf('old'), batch);
  await outbox.batches.removeBefore(now);
  assert.deepEqual(await desk.cancelledBatches(callerOf('old')), ok([batch]));
  await outbox.batches.removeBefore(new Date(now.getTime() + 1));
  assert.deepEqual(await desk.cancelledBatches(callerOf('old')), ok([]));
});
