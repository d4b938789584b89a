/** The pass of the sweep that counts: what it counts, that it rings as any other does, and what it asks the table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageRecord } from '../../shared/outbox/record.ts';
import { sweep } from '../../shared/outbox/sweep.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleRecord } from './example.ts';
import { startOutbox } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const content = { at: 'row', bytes: Buffer.from('x'), compressed: false, size: 1 } as const;
const lifetime = 86_400;
const counting = { lease: 60, countFor: lifetime };

const { azurite, storage, outbox } = await startOutbox();

async function put(acceptedAt: Date, more: Partial<MessageRecord> = {}): Promise<string> {
  const record = exampleRecord(acceptedAt, { sweepAt: later(10 ** 6), ...more });
  await outbox.records.insert(record, content);
  return record.id;
}

test('it counts what is due and what waits for a person, and rings as any other pass does', async () => {
  const nothing = await sweep(outbox, now, counting);
  assert.deepEqual(nothing, { rung: 0, lapsed: 0, census: { waiting: 0, oldestSeconds: 0, kept: 0 } });

  await put(later(-30));
  await put(later(-300), { state: 'deferred', dueAt: later(900) });
  const stray = await put(later(-200), { sweepAt: later(-1) });
  const lapsed = await put(later(-100), { state: 'sending', sweepAt: later(-1) });
  // Scheduled: not due yet, however old.
  await put(later(-9000), { dueAt: later(9000), expiresAt: later(9000 + lifetime) });
  // Scheduled for half an hour ago, days before; deferred since.
  const scheduled = { state: 'deferred', dueAt: later(60), expiresAt: later(-1800 + lifetime) } as const;
  await put(later(-400_000), scheduled);
  for (const state of ['failed', 'expired', 'unknown', 'dead-lettered'] as const) {
    await put(later(-500_000), { state, sweepAt: later(-500_000) });
  }
  for (const state of ['relayed', 'tested', 'cancelled', 'discarded'] as const) {
    await put(later(-500_000), { state, sweepAt: later(-500_000) });
  }

  const report = await sweep(outbox, now, counting);
  assert.deepEqual(report, { rung: 2, lapsed: 1, census: { waiting: 5, oldestSeconds: 1800, kept: 4 } });
  const { receivedMessageItems } = await storage.queue(storageNames.queue).receiveMessages({
    numberOfMessages: 32,
  });
  const ids = receivedMessageItems.map(
    ({ messageText }) =>
      (JSON.parse(Buffer.from(messageText, 'base64').toString()) as { message: string }).message,
  );
  assert.deepEqual(ids.toSorted(), [stray, lapsed].toSorted());
  // The stray one has been put off, as by any pass; the one without a worker rings again.
  assert.deepEqual(await sweep(outbox, now, { lease: 60 }), { rung: 1, lapsed: 1 });
});

test('a pass that counts asks the table no more than another', async () => {
  assert.equal(await asked({ lease: 60 }), 16);
  assert.equal(await asked(counting), 16);
});

const queries = (): number => azurite.transactions().table['QueryEntities'] ?? 0;

const asked = async (options: Parameters<typeof sweep>[2]): Promise<number> => {
  const earlier = queries();
  await sweep(outbox, later(-1_000_000), options);
  return queries() - earlier;
};
