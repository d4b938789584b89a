/**
 * The outbox on Azurite: what is committed together, who wins a race, and what comes back.
 */
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { createOutbox } from '../../shared/outbox/outbox.ts';
import { openOutboxQueue } from '../../shared/outbox/queue.ts';
import { messageIdOf } from '../../shared/platform/id.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { append, type MessageEvent } from '../../shared/reporting/event.ts';
import { exampleMessage, exampleRecord } from './example.ts';
import { startOutbox } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');

const { azurite, storage, outbox } = await startOutbox();

const attachment = (bytes: Uint8Array) => ({ size: bytes.length, chunks: () => [bytes] });
const rung = async () => {
  const { receivedMessageItems } = await storage
    .queue(storageNames.queue)
    .receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(
    ({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()) as unknown,
  );
};

test('tables, queue and container are made when they are first written', async () => {
  assert.equal(await outbox.records.get(exampleRecord(now).id), undefined);
  const bytes = Buffer.alloc(800 * 1024, 7);
  const message = exampleMessage({
    attachments: [{ filename: 'a.bin', contentType: 'application/octet-stream', size: bytes.length }],
  });
  const record = exampleRecord(now);
  assert.equal(
    (await outbox.accept({ record: record, message: message, attachments: [attachment(bytes)] })).kind,
    'written',
  );
  assert.deepEqual(await rung(), [{ v: 1, message: record.id }]);
});

const text = (length: number, i: number) => `${i} `.padEnd(length, 'värde ').slice(0, length);
const addresses = (kind: string) =>
  Array.from({ length: 150 }, (_, i) => `${kind}-recipient-${i}@example.com`);

test('so does one with as many recipients and as much metadata as a submission may have', async () => {
  const summary = {
    from: 'a@b.c',
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    subject: text(998, 0),
    tags: Array.from({ length: 10 }, (_, i) => ({ name: text(200, i), value: text(200, i) })),
    metadata: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [text(64, i), text(500, i)])),
  };
  const record = exampleRecord(now, { summary });
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  assert.deepEqual((await outbox.records.get(record.id))?.summary, summary);
  await rung();
});

test('a record comes back as it was written, its content in the row', async () => {
  const record = exampleRecord(now, {
    summary: {
      from: 'a@b.c',
      to: ['ü@x.y'],
      cc: [],
      bcc: [],
      subject: 'Grüße 🎉',
      tags: [{ name: 'a', value: 'b' }],
      metadata: { k: 'v' },
    },
  });
  const bytes = Buffer.from('binary \0 content');
  const message = exampleMessage({
    text: 'x'.repeat(200_000),
    attachments: [{ filename: 'ü.txt', contentType: 'text/plain', size: bytes.length }],
  });
  await outbox.accept({ record: record, message: message, attachments: [attachment(bytes)] });
  const held = await outbox.records.get(record.id);
  assert.ok(held?.content);
  const { etag, content, ...rest } = held;
  assert.deepEqual(rest, record);
  assert.match(etag, /W\//);
  assert.equal(content.at, 'row');
  const open = await outbox.contents.open(content);
  assert.deepEqual(open?.message, message);
  assert.deepEqual(await buffer(await open.openAttachment(0)), bytes);
});

test('content above the row limit lives in a blob and is read in ranges', async () => {
  const record = exampleRecord(now);
  const files = [Buffer.alloc(5_000_000, 1), Buffer.alloc(0), Buffer.alloc(3_000_001, 2)];
  const message = exampleMessage({
    attachments: files.map((file, i) => ({
      filename: `${i}`,
      contentType: 'application/octet-stream',
      size: file.length,
    })),
  });
  await outbox.accept({ record, message, attachments: files.map(attachment) });
  const held = await outbox.records.get(record.id);
  assert.equal(held?.content?.at, 'blob');
  const open = await outbox.contents.open(held.content);
  assert.deepEqual(open?.message, message);
  for (const [i, file] of files.entries()) {
    assert.ok((await buffer(await open.openAttachment(i))).equals(file), `attachment ${i}`);
  }
  await outbox.contents.remove(held.content);
  assert.equal(await outbox.contents.open(held.content), undefined);
});

test('a row takes content up to its limit, incompressible or not', async () => {
  const noise = Buffer.alloc(716_000);
  for (let i = 0; i < noise.length; i++) noise[i] = (i * 7919 + (i >> 3) * 104_729) & 255;
  const record = exampleRecord(now);
  const message = exampleMessage({
    attachments: [{ filename: 'n', contentType: 'application/octet-stream', size: noise.length }],
  });
  await outbox.accept({ record: record, message: message, attachments: [attachment(noise)] });
  const held = await outbox.records.get(record.id);
  assert.equal(held?.content?.at, 'row');
  const open = await outbox.contents.open(held.content);
  assert.ok((await buffer(await open!.openAttachment(0))).equals(noise));
});

const blobs = async () =>
  (await Array.fromAsync((await storage.container(storageNames.content)).listBlobsFlat())).length;

test('of two messages with one id the first is kept, and the second writer is given it', async () => {
  const id = messageIdOf(Buffer.from('a digest of twenty bytes'));
  const first = exampleRecord(now, { id, fingerprint: 'one' });
  const bytes = Buffer.alloc(900_000, 7);
  const attachments = [{ filename: 'a', contentType: 'application/octet-stream', size: bytes.length }];
  assert.equal(
    (
      await outbox.accept({
        record: first,
        message: exampleMessage({ attachments }),
        attachments: [attachment(bytes)],
      })
    ).kind,
    'written',
  );
  const uploaded = await blobs();
  const second = exampleRecord(new Date(now.getTime() + 1), { id, fingerprint: 'two' });
  const other = exampleMessage({ subject: 'Another', attachments });
  const existing = await outbox.accept({ record: second, message: other, attachments: [attachment(bytes)] });
  assert.equal(existing.record.fingerprint, 'one');
  assert.equal(await blobs(), uploaded, 'what the second writer uploaded is gone');
  const open = await outbox.contents.open(existing.record.content!);
  assert.equal(open?.message.subject, exampleMessage().subject);
});

test('writing the same row again is not a conflict: the first answer may have been lost', async () => {
  const record = exampleRecord(now);
  assert.equal(
    (await outbox.accept({ record: record, message: exampleMessage(), attachments: [] })).kind,
    'written',
  );
  assert.equal(
    (await outbox.accept({ record: record, message: exampleMessage(), attachments: [] })).kind,
    'written',
  );
});

test('of two workers one moves the row and the other finds out', async () => {
  const record = exampleRecord(now);
  await outbox.accept({ record: record, message: exampleMessage(), attachments: [] });
  const [one, two] = await Promise.all([outbox.records.get(record.id), outbox.records.get(record.id)]);
  const results = await Promise.all([
    outbox.records.update(one!, { attempt: 1 }),
    outbox.records.update(two!, { attempt: 1 }),
  ]);
  assert.equal(results.filter(Boolean).length, 1);
});

test('a change keeps the content, a purge drops it, and each gives the next ETag', async () => {
  const record = exampleRecord(now);
  await outbox.accept({ record: record, message: exampleMessage(), attachments: [] });
  const held = await outbox.records.get(record.id);
  const sending = await outbox.records.update(held!, { leaseUntil: now });
  assert.ok((await outbox.records.get(record.id))?.content);
  const relayed = await outbox.records.update(
    sending!,
    {
      events: [...record.events, { at: now.toISOString(), event: 'relayed', transport: 'graph', trace: {} }],
    },
    true,
  );
  assert.equal(relayed?.state, 'relayed');
  const last = await outbox.records.get(record.id);
  assert.equal(last?.content, undefined);
  assert.equal(last?.state, 'relayed');
  assert.deepEqual(last?.summary, record.summary);
  assert.equal(
    await outbox.records.update({ ...held!, id: exampleRecord(now).id }, { attempt: 1 }),
    undefined,
  );
});

test('a message stays accepted when the doorbell cannot be rung', async () => {
  const record = exampleRecord(now);
  const nowhere = openStorage({
    AzureWebJobsStorage: azurite.connectionString.replace(
      /QueueEndpoint=[^;]+/,
      'QueueEndpoint=http://127.0.0.1:1/devstoreaccount1',
    ),
  }).queue('q');
  const broken = createOutbox({
    ...outbox,
    queue: openOutboxQueue({ high: nowhere, normal: nowhere, low: nowhere }),
    log: () => undefined,
  });
  assert.equal(
    (await broken.accept({ record: record, message: exampleMessage(), attachments: [] })).kind,
    'written',
  );
  assert.equal((await outbox.records.get(record.id))?.state, 'accepted');
});

test('a row holds what a server says to 500 recipients, attempt after attempt', async () => {
  const record = exampleRecord(now);
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  let held = await outbox.records.get(record.id);
  const at = now.toISOString();
  const pending = Array.from({ length: 500 }, (_, i) => `${'somebody'.repeat(8)}.${i}@example.com`);
  for (let attempt = 1; attempt <= 25; attempt++) {
    const reply = `452 4.5.3 Too many recipients [${attempt}.eurprd09.prod.outlo`;
    const rejected = pending.map((address) => ({ address, code: '4.5.3', reply, temporary: true }));
    assert.ok(held);
    const sending: MessageEvent = { at, event: 'sending', attempt, transport: 'smtp' };
    const trace = {};
    const deferred: MessageEvent = {
      at,
      event: 'deferred',
      reason: 'x',
      fault: 'transient',
      until: at,
      trace,
      rejected,
    };
    const events = append(append(held.events, sending), deferred);
    held = await outbox.records.update(held, { events, progress: { pending } });
  }
  const read = await outbox.records.get(record.id);
  assert.deepEqual([read?.events, read?.progress], [held?.events, { pending }]);
  assert.equal(read?.events.length, 51);
});
