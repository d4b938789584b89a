/** Where the simulator is closer to Azure than Azurite is: what the conformance suite cannot ask of both. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStorage, type StorageSimulator } from '../../../infra/simulators/storage.ts';
import { createQueueClient } from '../../../infra/local/host/queue/queue-client.ts';
import { clientsOf, refusal, type Clients } from './services.ts';

let storage: StorageSimulator;
let clients: Clients;
before(async () => {
  storage = await startStorage({ durable: false });
  clients = clientsOf(storage.connectionString);
});
after(() => storage.stop());

test('an entity has at most 1 MiB and 252 properties, also when merges make it so', async () => {
  const table = await clients.table();
  const key = { partitionKey: 'p', rowKey: 'r' };
  const tooLarge = { status: 400, code: 'EntityTooLarge' };
  assert.deepEqual(await refusal(table.createEntity({ ...key, ...bytes(0, 16) })), tooLarge);
  await table.createEntity({ ...key, ...bytes(0, 15) });
  await table.updateEntity({ ...key, ...bytes(14, 1) }, 'Merge');
  assert.deepEqual(await refusal(table.updateEntity({ ...key, ...bytes(15, 1) }, 'Merge')), tooLarge);
  assert.deepEqual(await refusal(table.createEntity({ ...key, rowKey: 's', ...many(253) })), {
    status: 400,
    code: 'TooManyProperties',
  });
  await table.createEntity({ ...key, rowKey: 's', ...many(252) });
  const named = { ...key, rowKey: 't', ['n'.repeat(256)]: 1 };
  assert.deepEqual(await refusal(table.createEntity(named)), { status: 400, code: 'PropertyNameTooLong' });
});

test('a page of a query ends at 4 MiB', async () => {
  const table = await clients.table();
  for (let i = 0; i < 9; i++) {
    const parts = Array.from({ length: 12 }, (_, n) => [`b${n}`, new Uint8Array(60_000)] as const);
    await table.createEntity({ partitionKey: 'p', rowKey: String(i), ...Object.fromEntries(parts) });
  }
  const pages = await Array.fromAsync(table.listEntities().byPage());
  assert.deepEqual(
    pages.map((page) => page.length),
    [6, 3],
  );
});

test('a filter that cannot be read is refused', async () => {
  const table = await clients.table();
  for (const filter of ["a eq 'open", 'a eq', "(a eq 'b'", "a like 'b'", 'a eq 1 b eq 2', 'eq eq eq', ')']) {
    const entities = table.listEntities({ queryOptions: { filter } });
    assert.deepEqual(await refusal(Array.fromAsync(entities)), { status: 400, code: 'InvalidInput' }, filter);
  }
});

test('one transaction is about one partition', async () => {
  const table = await clients.table();
  const body = ['p', 'q']
    .map((partition) =>
      [
        '--changeset_1',
        'Content-Type: application/http',
        '',
        `POST ${storage.urls.table}/${table.tableName} HTTP/1.1`,
        'Content-Type: application/json',
        '',
        JSON.stringify({ PartitionKey: partition, RowKey: 'r' }),
        '',
      ].join('\r\n'),
    )
    .join('');
  const response = await fetch(`${storage.urls.table}/$batch`, {
    method: 'POST',
    headers: {
      authorization: 'SharedKeyLite devstoreaccount1:x',
      'content-type': 'multipart/mixed; boundary=batch_1',
    },
    body: `--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_1\r\n\r\n${body}--changeset_1--\r\n--batch_1--\r\n`,
  });
  assert.equal(response.status, 202);
  assert.match(await response.text(), /HTTP\/1.1 400 .*"CommandsInBatchActOnDifferentPartitions".*"1:/s);
  assert.equal((await Array.fromAsync(table.listEntities())).length, 0);
});

test('a range behind the end of a blob is refused', async () => {
  const blob = (await clients.container()).getBlockBlobClient('a');
  await blob.upload('abc', 3);
  assert.deepEqual(await refusal(blob.download(3, 1)), { status: 416, code: 'InvalidRange' });
});

test("the local host's own queue client is served, carriage returns included", async () => {
  const { name } = await clients.queue();
  const key = Buffer.from('key');
  const queue = createQueueClient({ endpoint: storage.urls.queue, account: 'devstoreaccount1', key }, name);
  assert.equal(await queue.exists(), true);
  await queue.send('a <b> & "c"\r\n\tü');
  const [message] = await queue.receive(32, 60);
  assert.equal(message?.text, 'a <b> & "c"\r\n\tü');
  const receipt = await queue.hide(message.id, message.popReceipt, 0);
  await assert.rejects(queue.remove(message.id, message.popReceipt), { code: 'PopReceiptMismatch' });
  await queue.remove(message.id, receipt);
  assert.deepEqual(await queue.receive(32, 60), []);
});

/** Properties of 64 KiB each, named by number. */
const bytes = (from: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`b${from + i}`, new Uint8Array(65_536)]));

/** So many small properties. */
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]));
