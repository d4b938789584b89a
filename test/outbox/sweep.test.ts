/**
 * The sweep on Azurite: what it rings for, what it leaves alone, and that several may run at once.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import type { MessageRecord } from '../../shared/outbox/record.ts';
import { sweep } from '../../shared/outbox/sweep.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleRecord } from './example.ts';
import { startOutbox } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const content = { at: 'row', bytes: Buffer.from('x'), compressed: false, size: 1 } as const;
const queues = [storageNames.highQueue, storageNames.queue, storageNames.lowQueue] as const;

const { storage, outbox } = await startOutbox();
beforeEach(async () => {
  for (const name of queues) await storage.queue(name).createIfNotExists();
});

async function put(more: Partial<MessageRecord>): Promise<string> {
  const record = exampleRecord(later(-3600), more);
  await outbox.records.insert(record, content);
  return record.id;
}

/** Takes all entries out of a queue: the ids they ring for, sorted. */
async function rung(name: (typeof queues)[number] = storageNames.queue): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { receivedMessageItems } = await storage.queue(name).receiveMessages({ numberOfMessages: 32 });
    if (receivedMessageItems.length === 0) return ids.toSorted();
    for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
      ids.push((JSON.parse(Buffer.from(messageText, 'base64').toString()) as { message: string }).message);
      await storage.queue(name).deleteMessage(messageId, popReceipt);
    }
  }
}

test('it rings once for what has waited too long or lost its worker, and leaves the rest alone', async () => {
  const stray = await put({ sweepAt: later(-1) });
  const deferred = await put({ state: 'deferred', sweepAt: later(-1) });
  const lapsed = await put({ state: 'sending', sweepAt: later(-1) });
  await put({ sweepAt: later(30) });
  await put({ state: 'deferred', sweepAt: later(3600) });
  await put({ state: 'sending', sweepAt: later(1) });
  for (const state of ['relayed', 'failed', 'unknown', 'cancelled', 'discarded'] as const) {
    await put({ state, sweepAt: later(-3600) });
  }
  assert.deepEqual(await sweep(outbox, now, { lease: 60 }), { rung: 3, lapsed: 1 });
  assert.deepEqual(await rung(), [stray, deferred, lapsed].toSorted());
  assert.deepEqual(
    await sweep(outbox, now, { lease: 60 }),
    { rung: 1, lapsed: 1 },
    'until its lapsed claim is taken up',
  );
});

test('a worker that is late and not dead can still write its result down', async () => {
  const id = await put({ state: 'sending', sweepAt: later(-1) });
  const held = (await outbox.records.get(id))!;
  assert.ok((await sweep(outbox, now, { lease: 60 })).lapsed >= 1);
  const event = { at: now.toISOString(), event: 'relayed', transport: 'graph', trace: {} } as const;
  const events = [...held.events, event];
  assert.equal((await outbox.records.update(held, { events }, true))?.state, 'relayed');
});

test('it rings again within two minutes, should the bell be lost too', async () => {
  const id = await put({ sweepAt: later(10_000) });
  assert.equal((await sweep(outbox, later(10_001), { lease: 60 })).rung >= 1, true);
  assert.ok((await rung()).includes(id));
  await sweep(outbox, later(10_001 + 119), { lease: 60 });
  assert.ok(!(await rung()).includes(id));
  await sweep(outbox, later(10_001 + 121), { lease: 60 });
  assert.ok((await rung()).includes(id));
  await outbox.records.update((await outbox.records.get(id))!, { sweepAt: later(10 ** 9) });
});

test('with a short lease it rings sooner, for a lease that is over and for what nobody took up', async () => {
  const at = 50_000;
  const untouched = await put({ sweepAt: later(at + 60) });
  const lapsed = await put({ state: 'sending', sweepAt: later(at + 10) });
  await sweep(outbox, later(at + 9), { lease: 10 });
  const early = await rung();
  assert.ok(!early.includes(untouched) && !early.includes(lapsed));
  await sweep(outbox, later(at + 11), { lease: 10 });
  const ids = await rung();
  assert.ok(ids.includes(untouched) && ids.includes(lapsed));
  await sweep(outbox, later(at + 30), { lease: 10 });
  assert.ok(!(await rung()).includes(untouched));
  await sweep(outbox, later(at + 32), { lease: 10 });
  assert.ok((await rung()).includes(untouched), 'and again after two leases');
  for (const id of [untouched, lapsed]) {
    await outbox.records.update((await outbox.records.get(id))!, { sweepAt: later(10 ** 9) });
  }
});

test('it rings in the queue of the message', async () => {
  const high = await put({ priority: 'high', sweepAt: later(99_999) });
  const low = await put({ priority: 'low', sweepAt: later(99_999) });
  await sweep(outbox, later(100_000), { lease: 60 });
  assert.deepEqual(await rung(storageNames.highQueue), [high]);
  assert.deepEqual(await rung(storageNames.lowQueue), [low]);
});

test('of many sweeps at once one rings for a message', async () => {
  await rung();
  const at = later(200_000);
  const ids = [];
  for (let i = 0; i < 20; i++) ids.push(await put({ sweepAt: at }));
  const sweeps = await Promise.all(
    Array.from({ length: 4 }, () => sweep(outbox, later(200_001), { lease: 60 })),
  );
  const all = await rung();
  for (const id of ids) assert.equal(all.filter((one) => one === id).length, 1, id);
  assert.ok(sweeps.reduce((sum, one) => sum + one.rung, 0) >= 20);
});

test('a row that moves while it is swept is left to who moved it', async () => {
  const id = await put({ sweepAt: later(300_000) });
  const ledger: Outbox['ledger'] = {
    ...outbox.ledger,
    async overdue(...question) {
      const rows = await outbox.ledger.overdue(...question);
      const held = rows.some((row) => row.id === id) && (await outbox.records.get(id));
      if (held) await outbox.records.update(held, { attempt: 1 });
      return rows;
    },
  };
  await rung();
  await sweep({ ...outbox, ledger }, later(300_001), { lease: 60 });
  assert.ok(!(await rung()).includes(id));
});
