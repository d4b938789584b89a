import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { generate } from 'selfsigned';
import { type Azurite, startAzurite } from '../../../infra/local/azurite.ts';
import { startChild } from './child.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

test('puts and gets through the three real SDKs, and counts each request once by its operation', async () => {
  azurite.resetTransactions();
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
    'box',
  );
  await container.create();
  await container.getBlockBlobClient('a/letter.txt').upload('dear', 4);
  assert.equal((await container.getBlobClient('a/letter.txt').downloadToBuffer()).toString(), 'dear');
  await container.getBlobClient('a/letter.txt').delete();

  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('bell');
  await queue.create();
  await queue.sendMessage('ring');
  const [message] = (await queue.receiveMessages()).receivedMessageItems;
  assert.equal(message?.messageText, 'ring');
  const { popReceipt = '' } = await queue.updateMessage(message.messageId, message.popReceipt, 'again', 1);
  await queue.deleteMessage(message.messageId, popReceipt);

  const table = TableClient.fromConnectionString(azurite.connectionString, 'ledger', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: "o'1", state: 'queued' });
  const entity = await table.getEntity<{ state: string }>('p', "o'1");
  assert.equal(entity.state, 'queued');
  await table.updateEntity({ partitionKey: 'p', rowKey: "o'1", state: 'sent' }, 'Merge', {
    etag: entity.etag,
  });
  await table.upsertEntity({ partitionKey: 'p', rowKey: 'o2' }, 'Replace');
  await table.submitTransaction([
    ['create', { partitionKey: 'p', rowKey: 'o3' }],
    ['create', { partitionKey: 'p', rowKey: 'o4' }],
  ]);
  const rows: unknown[] = [];
  for await (const row of table.listEntities()) rows.push(row.rowKey);
  assert.equal(rows.length, 4);
  await table.deleteEntity('p', 'o2');

  assert.deepEqual(azurite.transactions(), {
    blob: { CreateContainer: 1, PutBlob: 1, GetBlobProperties: 1, GetBlob: 1, DeleteBlob: 1 },
    queue: { CreateQueue: 1, PutMessage: 1, GetMessages: 1, UpdateMessage: 1, DeleteMessage: 1 },
    table: {
      CreateTable: 1,
      InsertEntity: 1,
      GetEntity: 1,
      MergeEntity: 1,
      InsertOrReplaceEntity: 1,
      EntityGroupTransaction: 1,
      QueryEntities: 1,
      DeleteEntity: 1,
    },
  });
  assert.deepEqual(azurite.transactionsOf('$batch'), { EntityGroupTransaction: 1 });
  assert.deepEqual(azurite.transactionsOf('ledger'), {
    InsertEntity: 1,
    GetEntity: 1,
    MergeEntity: 1,
    InsertOrReplaceEntity: 1,
    QueryEntities: 1,
    DeleteEntity: 1,
  });
  assert.equal(azurite.transactionsOf('bell')['PutMessage'], 1);
});

test('the counts are a copy, and begin again after a reset', async () => {
  azurite.transactions().queue['PutMessage'] = 99;
  azurite.resetTransactions();
  assert.deepEqual(azurite.transactions(), { blob: {}, queue: {}, table: {} });
  assert.deepEqual(azurite.transactionsOf('ledger'), {});
});

test('a taken port is one sentence that names service and port', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await assert.rejects(startAzurite({ ports: [0, port, 0] }), {
    name: 'StartFailure',
    message: new RegExp(
      `^Port ${port} on 127\\.0\\.0\\.1, wanted for Azurite's queue service, is taken: .*\\.$`,
    ),
  });
  other.close();
});

test('a temporary folder goes with stop, a given one stays', async () => {
  const temporary = await startAzurite();
  await temporary.stop();
  await assert.rejects(stat(temporary.directory), { code: 'ENOENT' });
});

test('serves https with a bearer token when asked for', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'azurite-tls-'));
  t.after(() => rm(directory, { recursive: true }));
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  const tls = { certFile: path.join(directory, 'cert.pem'), keyFile: path.join(directory, 'key.pem') };
  await writeFile(tls.certFile, pems.cert);
  await writeFile(tls.keyFile, pems.private);
  const secure = await startAzurite({ tls, oauth: 'basic' });
  t.after(() => secure.stop());
  assert.match(secure.urls.queue, /^https:/);
  assert.equal(await listStatus(secure.urls.queue, pems.cert, 'Bearer nonsense'), 403);
  assert.equal(await listStatus(secure.urls.queue, pems.cert, `Bearer ${unsignedToken()}`), 200);
});

test('as its own process: says when it is ready, keeps the data over a SIGTERM and a new start', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'azurite-kept-'));
  t.after(() => rm(directory, { recursive: true }));
  for (const round of [1, 2]) {
    const child = startChild('azurite-main.ts', ['--directory', directory, '--ports', '0,0,0']);
    t.after(() => child.process.kill('SIGKILL'));
    const ready = await child.ready;
    assert.deepEqual(JSON.parse(child.stdout()), ready);
    const queue = QueueServiceClient.fromConnectionString(String(ready['connectionString'])).getQueueClient(
      'kept',
    );
    if (round === 1) {
      await queue.create();
      await queue.sendMessage('still here');
    } else {
      const { peekedMessageItems } = await queue.peekMessages();
      assert.equal(peekedMessageItems[0]?.messageText, 'still here');
    }
    child.process.kill('SIGTERM');
    assert.deepEqual(await child.exit, { code: 0, signal: null });
  }
});

/** HTTP status of List Queues. */
function listStatus(url: string, ca: string, authorization: string): Promise<number> {
  const headers = { authorization, 'x-ms-version': '2021-12-02', 'x-ms-date': new Date().toUTCString() };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  get(`${url}?comp=list`, { ca, headers, servername: 'localhost', agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  }).on('error', reject);
  return promise;
}

/** Azurite's basic mode reads the claims and does not check the signature. */
function unsignedToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
    nbf: now - 60,
    iat: now - 60,
    exp: now + 3600,
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.signature`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
