/**
 * Housekeeping on Azurite: what goes, what stays, and that it gives way to whoever is quicker.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHousekeeping } from '../../shared/outbox/housekeeping.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import type { MessageRecord } from '../../shared/outbox/record.ts';
import { replay } from '../../shared/outbox/replay.ts';
import { messageIdOf, newMessageId } from '../../shared/platform/id.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { keptStates, terminalStates, type State } from '../../shared/reporting/event.ts';
import { exampleMessage, exampleRecord } from './example.ts';
import { startOutbox } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');
const days = (n: number) => new Date(now.getTime() + n * 86_400_000);
const retention = { content: 14 * 86_400, record: 30 * 86_400 };

const { storage, outbox } = await startOutbox();

const large = Buffer.alloc(900_000, 7);

/** A message that ended (if it has) at a time, with its content in the row or in a blob. */
async function put(
  state: State,
  endedAt: Date,
  { inBlob = false, ...more }: Partial<MessageRecord> & { inBlob?: boolean } = {},
): Promise<string> {
  const ended = terminalStates.includes(state) ? { endedAt } : {};
  const record = exampleRecord(new Date(endedAt.getTime() - 1000), { state, ...ended, ...more });
  const attachments = inBlob ? [{ filename: 'a', contentType: 'x/y', size: large.length }] : [];
  await outbox.accept({
    record,
    message: exampleMessage({ attachments }),
    attachments: attachments.map(() => ({ size: large.length, chunks: () => [large] })),
  });
  return record.id;
}

const keepHouse = () => createHousekeeping(outbox, retention)(now);
const blobNames = async () =>
  (await Array.fromAsync((await storage.container(storageNames.content)).listBlobsFlat())).map(
    ({ name }) => name,
  );

test('an empty account is no fault', async () => {
  assert.deepEqual(await keepHouse(), { contents: 0, records: 0, blobs: 0 });
});

test('content past its time goes, from row and blob, and the timeline says so', async () => {
  const old: string[] = [];
  for (const state of keptStates) old.push(await put(state, days(-15)));
  const blob = await put('failed', days(-15), { inBlob: true });
  const keyed = await put('failed', days(-15), { id: messageIdOf(Buffer.from('a digest of twenty b')) });
  const stays = [
    await put('failed', days(-13)),
    await put('accepted', days(-15)),
    await put('deferred', days(-15)),
  ];
  const blobs = (await blobNames()).length;
  assert.deepEqual(await keepHouse(), { contents: keptStates.length + 2, records: 0, blobs: 0 });
  for (const id of [...old, blob, keyed]) {
    const record = await outbox.records.get(id);
    assert.equal(record?.content, undefined);
    assert.equal(record?.events.at(-1)?.event, 'content-purged');
    assert.deepEqual(record?.endedAt, days(-15), 'its end is not put off by that');
    assert.ok(keptStates.includes(record.state), 'its state stays');
    assert.equal(await replay(outbox, id, now, 3600), 'no-content');
  }
  for (const id of stays) assert.ok((await outbox.records.get(id))?.content, id);
  assert.equal((await blobNames()).length, blobs - 1);
  assert.deepEqual(await keepHouse(), { contents: 0, records: 0, blobs: 0 });
});

test('records past their time go, whatever their end, with what is left of their content', async () => {
  const old: string[] = [];
  for (const state of terminalStates) old.push(await put(state, days(-31)));
  old.push(await put('failed', days(-31), { inBlob: true }));
  old.push(await put('relayed', days(-31), { id: messageIdOf(Buffer.from('another digest, 20 b')) }));
  const stays = [
    await put('relayed', days(-29)),
    await put('accepted', days(-31)),
    await put('sending', days(-31)),
    await put('deferred', days(-31)),
    // Accepted long ago, ended lately, as a scheduled one does.
    await put('relayed', days(-31), { endedAt: days(-1) }),
  ];
  const report = await createHousekeeping(outbox, { ...retention, content: 90 * 86_400 })(now);
  assert.deepEqual(report, { contents: 0, records: old.length, blobs: 0 });
  for (const id of old) assert.equal(await outbox.records.get(id), undefined, id);
  for (const id of stays) assert.ok(await outbox.records.get(id), id);
  assert.equal((await blobNames()).length, 0);
});

test('a record stays for a day whatever the setting, since it is also that of an Idempotency-Key', async () => {
  const eager = createHousekeeping(outbox, { content: 0, record: 0 });
  const id = await put('relayed', days(-0.9));
  const older = await put('relayed', days(-1.1));
  await eager(now);
  assert.ok(await outbox.records.get(id));
  assert.equal(await outbox.records.get(older), undefined);
});

test('blobs that no row names go after a day, others never', async () => {
  const container = await storage.container(storageNames.content);
  const write = async (at: Date) => {
    const name = newMessageId(at);
    await container.getBlockBlobClient(name).upload('x', 1);
    return name;
  };
  const living = await put('deferred', days(-20), { inBlob: true });
  const held = await outbox.records.get(living);
  const [old, young] = [await write(days(-1.1)), await write(days(-0.9))];
  const older = await write(days(-40));
  assert.equal((await keepHouse()).blobs, 2);
  const left = await blobNames();
  assert.ok(!left.includes(old) && !left.includes(older));
  assert.ok(left.includes(young));
  assert.ok(held?.content?.at === 'blob' && left.includes(held.content.name));
});

test('it goes on where it stopped when there are many blobs', async () => {
  const pages = Array.from({ length: 25 }, (_, i) => [newMessageId(days(-3)), `${i + 1}`] as const);
  const asked: (string | undefined)[] = [];
  const removed: string[] = [];
  const contents: Outbox['contents'] = {
    ...outbox.contents,
    names(mark) {
      asked.push(mark);
      const [name = '', next = ''] = pages[Number(mark ?? 0)] ?? [];
      return Promise.resolve({ names: [name], ...(next === '25' ? {} : { next }) });
    },
    remove: (stored) => Promise.resolve(void removed.push(stored.at)),
  };
  const house = createHousekeeping({ ...outbox, contents }, retention);
  assert.equal((await house(now)).blobs, 20);
  assert.equal((await house(now)).blobs, 5);
  assert.deepEqual([asked[0], asked[20]], [undefined, '20']);
  assert.equal(removed.length, 25);
});

test('a message that is replayed at the same time stays', async () => {
  const id = await put('failed', days(-31), { inBlob: true });
  const ledger: Outbox['ledger'] = {
    ...outbox.ledger,
    async ended(...question) {
      const rows = await outbox.ledger.ended(...question);
      if (rows.some((row) => row.id === id)) assert.equal(await replay(outbox, id, now, 3600), 'done');
      return rows;
    },
  };
  const house = createHousekeeping({ ...outbox, ledger }, { ...retention, content: 90 * 86_400 });
  await house(now);
  const record = await outbox.records.get(id);
  assert.equal(record?.state, 'accepted');
  assert.ok(record.content && (await outbox.contents.open(record.content)));
});

test('several at once remove everything once', async () => {
  for (let i = 0; i < 10; i++) await put('relayed', days(-35));
  for (let i = 0; i < 10; i++) await put('failed', days(-20));
  const reports = await Promise.all([keepHouse(), keepHouse(), keepHouse()]);
  const sum = (what: 'contents' | 'records') => reports.reduce((total, report) => total + report[what], 0);
  assert.deepEqual([sum('contents'), sum('records')], [10, 10]);
});
