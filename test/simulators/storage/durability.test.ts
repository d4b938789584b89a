/**
 * What the storage simulator has acknowledged survives `kill -9`; what it has not may, or may not; nothing is half there.
 */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { startStorage } from '../../../infra/simulators/storage.ts';
import { startChild, type Child } from '../../infra/local/child.ts';
import { clientsOf } from './services.ts';

async function folder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'storage-kept-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function startProcess(
  t: TestContext,
  directory: string,
): Promise<{ child: Child; connectionString: string }> {
  const child = startChild('../simulators/storage-main.ts', ['--directory', directory, '--ports', '0,0,0']);
  t.after(() => child.process.kill('SIGKILL'));
  const ready = await child.ready;
  assert.deepEqual(JSON.parse(child.stdout()), ready);
  return { child, connectionString: String(ready['connectionString']) };
}

test('kill -9 in the middle of thousands of writes loses nothing that was acknowledged', async (t) => {
  const directory = await folder(t);
  const first = await startProcess(t, directory);
  const clients = clientsOf(first.connectionString);
  const [table, queue, container] = [await clients.table(), await clients.queue(), await clients.container()];
  const acked = {
    rows: [] as string[],
    pairs: [] as string[],
    gone: [] as string[],
    messages: [] as string[],
    blobs: [] as string[],
  };
  const write = async (name: string): Promise<void> => {
    await table.createEntity({ partitionKey: 'p', rowKey: name, state: 'new', body: 'x'.repeat(500) });
    await table.updateEntity({ partitionKey: 'p', rowKey: name, state: 'merged' }, 'Merge');
    acked.rows.push(name);
    await table.submitTransaction([
      ['create', { partitionKey: 'pair', rowKey: `${name}a` }],
      ['create', { partitionKey: 'pair', rowKey: `${name}b` }],
    ]);
    acked.pairs.push(name);
    const { messageId, popReceipt } = await queue.sendMessage(`${name} gone`);
    await queue.deleteMessage(messageId, popReceipt);
    acked.gone.push(name);
    await queue.sendMessage(name);
    acked.messages.push(name);
    await container.getBlockBlobClient(name).upload(name, name.length);
    acked.blobs.push(name);
  };
  const writer = async (_: unknown, id: number): Promise<void> => {
    for (let i = 0; ; i++) {
      await write(`w${id}-${i}`);
      if (acked.blobs.length === 300) first.child.process.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 12 }, writer));
  assert.equal((await first.child.exit).signal, 'SIGKILL');
  assert.ok(acked.blobs.length >= 300);

  const { connectionString } = await startProcess(t, directory);
  const again = clientsOf(connectionString);
  const rows = new Map<string, unknown>();
  const pairs = new Set<string>();
  for await (const row of again.tableNamed(table.tableName).listEntities<{ state?: string }>()) {
    if (row.partitionKey === 'p') rows.set(row.rowKey!, row.state);
    else pairs.add(row.rowKey!);
  }
  assert.deepEqual(
    acked.rows.filter((name) => rows.get(name) !== 'merged'),
    [],
  );
  assert.deepEqual(
    acked.pairs.filter((name) => !pairs.has(`${name}a`)),
    [],
  );
  for (const half of pairs) {
    const other = half.slice(0, -1) + (half.endsWith('a') ? 'b' : 'a');
    assert.ok(pairs.has(other), `of a transaction ${half} is there without ${other}`);
  }
  const messages = new Set<string>();
  const bell = again.queueNamed(queue.name);
  for (;;) {
    const { receivedMessageItems } = await bell.receiveMessages({ numberOfMessages: 32 });
    for (const { messageText } of receivedMessageItems) messages.add(messageText);
    if (receivedMessageItems.length === 0) break;
  }
  assert.deepEqual(
    acked.messages.filter((name) => !messages.has(name)),
    [],
  );
  assert.deepEqual(
    acked.gone.filter((name) => messages.has(`${name} gone`)),
    [],
  );
  const blobs = new Set<string>();
  for await (const { name } of again.containerNamed(container.containerName).listBlobsFlat()) blobs.add(name);
  assert.deepEqual(
    acked.blobs.filter((name) => !blobs.has(name)),
    [],
  );
});

test('ETags, pop receipts, hidden times, counts and staged blocks go on after a restart', async (t) => {
  const directory = await folder(t);
  let now = Date.parse('2026-11-20T12:00:00Z');
  const first = await startStorage({ directory, now: () => now });
  const clients = clientsOf(first.connectionString);
  const [table, queue, container] = [await clients.table(), await clients.queue(), await clients.container()];
  const { etag } = await table.createEntity({
    partitionKey: 'p',
    rowKey: 'r',
    n: 1n,
    bytes: new Uint8Array([7]),
  });
  await queue.sendMessage('one');
  await queue.sendMessage('two', { messageTimeToLive: 3600 });
  const [taken] = (await queue.receiveMessages({ visibilityTimeout: 600 })).receivedMessageItems;
  await container.getBlockBlobClient('b').stageBlock('YQ==', 'abc', 3);
  await first.stop();

  const second = await startStorage({ directory, now: () => now });
  t.after(() => second.stop());
  const again = clientsOf(second.connectionString);
  const row = await again.tableNamed(table.tableName).getEntity('p', 'r');
  assert.equal(row.etag, etag);
  assert.equal(row['n'], 1n);
  await again
    .tableNamed(table.tableName)
    .updateEntity({ partitionKey: 'p', rowKey: 'r', n: 2n }, 'Merge', { etag: etag! });
  const bell = again.queueNamed(queue.name);
  const { peekedMessageItems } = await bell.peekMessages({ numberOfMessages: 32 });
  assert.deepEqual(
    peekedMessageItems.map(({ messageText }) => messageText),
    ['two'],
  );
  now += 3600 * 1000;
  const late = await bell.receiveMessages({ numberOfMessages: 32 });
  assert.deepEqual(
    late.receivedMessageItems.map(({ messageText, dequeueCount }) => [messageText, dequeueCount]),
    [['one', 2]],
    'the first is shown again, the second has expired',
  );
  const [shown] = late.receivedMessageItems;
  await assert.rejects(bell.deleteMessage(shown!.messageId, taken!.popReceipt));
  await bell.deleteMessage(shown!.messageId, shown!.popReceipt);
  const blob = again.containerNamed(container.containerName).getBlockBlobClient('b');
  await blob.commitBlockList(['YQ==']);
  assert.equal((await blob.downloadToBuffer()).toString(), 'abc');
});

test('a torn last record is dropped, and the log goes on behind the last whole one', async (t) => {
  const directory = await folder(t);
  const file = path.join(directory, 'journal');
  const names = async (): Promise<string[]> => {
    const storage = await startStorage({ directory });
    const queue = clientsOf(storage.connectionString).queueNamed('kept');
    await queue.createIfNotExists();
    await queue.sendMessage(`after ${(await queue.getProperties()).approximateMessagesCount}`);
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    await storage.stop();
    return peekedMessageItems.map(({ messageText }) => messageText);
  };
  assert.deepEqual(await names(), ['after 0']);
  const whole = await readFile(file);
  const torn: Buffer[] = [
    whole.subarray(0, 5),
    whole.subarray(0, 9),
    Buffer.concat([whole.subarray(0, 30), Buffer.alloc(200, 1)]),
    Buffer.alloc(4096),
  ];
  for (const [i, tail] of torn.entries()) {
    await appendFile(file, tail);
    assert.equal((await names()).length, i + 2);
  }
  await writeFile(file, whole.subarray(0, -1));
  assert.deepEqual(await names(), ['after 0'], 'the message torn from the file is gone, the queue is there');
});

test('a temporary folder goes with stop; memory only writes nothing', async () => {
  const temporary = await startStorage();
  await temporary.stop();
  await assert.rejects(stat(temporary.directory!), { code: 'ENOENT' });
  const memory = await startStorage({ durable: false });
  assert.equal(memory.directory, undefined);
  const queue = await clientsOf(memory.connectionString).queue();
  await queue.sendMessage('x');
  assert.equal((await queue.peekMessages()).peekedMessageItems.length, 1);
  await memory.stop();
});

test('a taken port is refused, and nothing is left running', async () => {
  const first = await startStorage({ durable: false });
  await assert.rejects(startStorage({ durable: false, ports: [0, first.ports.queue, 0] }), {
    code: 'EADDRINUSE',
  });
  await first.stop();
});
