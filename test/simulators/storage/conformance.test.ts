/**
 * What our code relies on in Azure Storage, asserted through the real SDKs, of Azurite and of the simulator alike.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startAzurite, type Azurite } from '../../../infra/local/azurite.ts';
import { startStorage, type StorageSimulator } from '../../../infra/simulators/storage.ts';
import { blobs } from './conformance/blobs.ts';
import { queues } from './conformance/queues.ts';
import { tables } from './conformance/tables.ts';
import { clientsOf, type Clients } from './services.ts';

const storages: Readonly<Record<string, () => Promise<Azurite | StorageSimulator>>> = {
  Azurite: () => startAzurite(),
  'the simulator': () => startStorage(),
};

for (const [name, start] of Object.entries(storages)) {
  describe(name, () => {
    let storage: Azurite | StorageSimulator;
    let clients: Clients;
    before(async () => {
      storage = await start();
      clients = clientsOf(storage.connectionString);
    });
    after(() => storage.stop());

    tables(() => clients);
    queues(() => clients);
    blobs(() => clients);

    test('every request is counted by the same name', async () => {
      const [table, queue, container] = [
        await clients.table(),
        await clients.queue(),
        await clients.container(),
      ];
      storage.resetTransactions();
      await table.createEntity({ partitionKey: 'p', rowKey: 'r' });
      await table.updateEntity({ partitionKey: 'p', rowKey: 'r' }, 'Merge');
      await table.updateEntity({ partitionKey: 'p', rowKey: 'r' }, 'Replace');
      await table.upsertEntity({ partitionKey: 'p', rowKey: 'r' }, 'Merge');
      await table.upsertEntity({ partitionKey: 'p', rowKey: 'r' }, 'Replace');
      await table.getEntity('p', 'r');
      await Array.fromAsync(table.listEntities());
      await table.submitTransaction([['delete', { partitionKey: 'p', rowKey: 'r' }]]);
      await table.deleteTable();
      await queue.sendMessage('x');
      await queue.peekMessages();
      const [message] = (await queue.receiveMessages()).receivedMessageItems;
      const { popReceipt } = await queue.updateMessage(message!.messageId, message!.popReceipt, 'y', 0);
      await queue.deleteMessage(message!.messageId, popReceipt!);
      await queue.getProperties();
      await queue.clearMessages();
      await queue.delete();
      const blob = container.getBlockBlobClient('a/b');
      await blob.upload('x', 1);
      await blob.stageBlock('YQ==', 'x', 1);
      await blob.commitBlockList(['YQ==']);
      await blob.downloadToBuffer();
      await Array.fromAsync(container.listBlobsFlat());
      await blob.delete();
      await container.delete();
      assert.deepEqual(storage.transactions(), {
        blob: {
          PutBlob: 1,
          PutBlock: 1,
          PutBlockList: 1,
          GetBlobProperties: 1,
          GetBlob: 1,
          ListBlobs: 1,
          DeleteBlob: 1,
          DeleteContainer: 1,
        },
        queue: {
          PutMessage: 1,
          GetMessages: 2,
          UpdateMessage: 1,
          DeleteMessage: 1,
          GetQueueMetadata: 1,
          ClearMessages: 1,
          DeleteQueue: 1,
        },
        table: {
          InsertEntity: 1,
          MergeEntity: 1,
          UpdateEntity: 1,
          InsertOrMergeEntity: 1,
          InsertOrReplaceEntity: 1,
          GetEntity: 1,
          QueryEntities: 1,
          EntityGroupTransaction: 1,
          DeleteTable: 1,
        },
      });
    });

    test('who does not sign is refused, in the form of the service', async () => {
      for (const url of Object.values(storage.urls)) {
        const response = await fetch(`${url}/nothing?comp=list&restype=container`, {
          headers: { 'x-ms-version': '2021-12-02', accept: 'application/json;odata=minimalmetadata' },
        });
        assert.equal(response.status, 403, url);
        assert.ok(response.headers.get('x-ms-error-code'));
        await response.body?.cancel();
      }
    });
  });
}
