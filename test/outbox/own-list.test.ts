/** The list of a submitter's messages where there are more than storage tells at once: right, and at a bounded cost. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStorage, type StorageSimulator } from '../../infra/simulators/storage.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { listOwn, type OwnQuery } from '../../shared/outbox/own-list.ts';
import { batchIds, newMessageId } from '../../shared/platform/id.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { exampleRecord } from './example.ts';

const now = new Date('2026-11-20T12:00:00Z');
const content = { at: 'row', bytes: Buffer.from('x'), compressed: false, size: 1 } as const;
let simulator: StorageSimulator;
let outbox: Outbox;

before(async () => {
  simulator = await startStorage();
  const storage = openStorage({ AzureWebJobsStorage: simulator.connectionString });
  outbox = openOutbox(storage, () => undefined);
  await storage.table(storageNames.messages).createTable();
});
after(() => simulator.stop());

/** Batches of 100 that were accepted so many milliseconds ago, all in one partition. @returns their ids, newest first. */
async function written(submitter: string, ages: readonly number[]): Promise<string[]> {
  const ids = ages.map((age) => {
    const at = new Date(now.getTime() - age);
    return [at, batchIds(`${newMessageId(at).slice(0, 25)}0`, 100)] as const;
  });
  for (const [at, batch] of ids) {
    const rows = batch.map((id) => ({ record: exampleRecord(at, { id, submitter }), content }));
    assert.ok(await outbox.records.insertAll(rows));
  }
  return ids.toSorted(([a], [b]) => b.getTime() - a.getTime()).flatMap(([, batch]) => batch.toReversed());
}

const list = (query: Omit<OwnQuery, 'submitter'>, submitter = 'app') =>
  listOwn(outbox, { ...query, submitter }, now);

const questions = () => simulator.transactions().table['QueryEntities'] ?? 0;

test('a burst is told page by page, older and newer, whatever others have sent', async () => {
  await written('other', [5, 15, 25]);
  const ids = await written('app', [...Array.from({ length: 11 }, (_, i) => i * 10), 400 * 86_400_000]);
  const earlier = questions();
  const first = await list({ limit: 100 });
  assert.deepEqual(
    first?.messages.map(({ id }) => id),
    ids.slice(0, 100),
  );
  assert.equal(first.more, true);
  assert.ok(questions() - earlier <= 9 * 32);

  const row = await outbox.records.get(ids[1049] ?? '');
  assert.ok(row);
  const older = await list({ limit: 100, from: { row, side: 'after' } });
  assert.deepEqual(
    older?.messages.map(({ id }) => id),
    ids.slice(1050, 1150),
  );
  const newer = await list({ limit: 100, from: { row, side: 'before' } });
  assert.deepEqual(
    newer?.messages.map(({ id }) => id),
    ids.slice(949, 1049),
  );
});

test('what nobody can look through is not told in part', async () => {
  await written(
    'busy',
    Array.from({ length: 11 }, () => 1000),
  );
  assert.equal(await list({ limit: 1 }, 'busy'), undefined);
});
