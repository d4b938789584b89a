/** What our code relies on in the blob service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, type Clients } from '../services.ts';

/** @param clients are there when the first test runs. */
export function blobs(clients: () => Clients): void {
  test('containers: made twice is ContainerAlreadyExists, missing is ContainerNotFound', async () => {
    const container = await clients().container();
    assert.deepEqual(await refusal(container.create()), { status: 409, code: 'ContainerAlreadyExists' });
    assert.equal((await container.createIfNotExists()).succeeded, false);
    assert.equal(await container.exists(), true);
    await container.delete();
    assert.equal(await container.exists(), false);
    const notFound = { status: 404, code: 'ContainerNotFound' };
    assert.deepEqual(await refusal(container.getBlockBlobClient('a').upload('x', 1)), notFound);
    assert.deepEqual(await refusal(container.getBlobClient('a').download()), notFound);
    assert.deepEqual(await refusal(Array.fromAsync(container.listBlobsFlat())), notFound);
  });

  test('blobs: put, read whole and in ranges, described, deleted', async () => {
    const container = await clients().container();
    const blob = container.getBlockBlobClient('a b/ü%20&.txt');
    const put = await blob.upload('dear reader', 11, {
      blobHTTPHeaders: { blobContentType: 'text/plain' },
      metadata: { colour: 'red' },
    });
    assert.equal((await blob.downloadToBuffer()).toString(), 'dear reader');
    assert.equal((await blob.downloadToBuffer(5, 4)).toString(), 'read');
    const properties = await blob.getProperties();
    assert.equal(properties.contentLength, 11);
    assert.equal(properties.contentType, 'text/plain');
    assert.equal(properties.etag, put.etag);
    assert.deepEqual(properties.metadata, { colour: 'red' });
    const part = await blob.download(9, 100);
    assert.equal(part.contentLength, 2);
    assert.equal(await new Response(part.readableStreamBody as never).text(), 'er');
    const present = { conditions: { ifNoneMatch: '*' } };
    assert.deepEqual(await refusal(blob.upload('x', 1, present)), {
      status: 409,
      code: 'BlobAlreadyExists',
    });
    const stale = { conditions: { ifMatch: '"0x0"' } };
    assert.deepEqual(await refusal(blob.upload('x', 1, stale)), { status: 412, code: 'ConditionNotMet' });
    await blob.upload('', 0, { conditions: { ifMatch: put.etag! } });
    assert.equal((await blob.downloadToBuffer()).length, 0);
    await blob.delete();
    assert.equal((await blob.deleteIfExists()).succeeded, false);
    assert.deepEqual(await refusal(blob.download()), { status: 404, code: 'BlobNotFound' });
    assert.equal(await blob.exists(), false);
  });

  test('blobs: blocks become a blob when their list is put', async () => {
    const container = await clients().container();
    const blob = container.getBlockBlobClient('blocks');
    for (const n of [0, 1, 2]) await blob.stageBlock(id(n), Buffer.alloc(700_000, n), 700_000);
    assert.equal(await blob.exists(), false);
    await blob.commitBlockList([id(2), id(0)]);
    const whole = await blob.downloadToBuffer();
    assert.ok(whole.equals(Buffer.concat([Buffer.alloc(700_000, 2), Buffer.alloc(700_000, 0)])));
    assert.ok((await blob.downloadToBuffer(699_999, 2)).equals(Buffer.from([2, 0])));
    assert.deepEqual(await refusal(blob.commitBlockList([id(1)])), {
      status: 400,
      code: 'InvalidBlockList',
    });
    await blob.stageBlock(id(3), 'tail', 4);
    await blob.commitBlockList([id(0), id(3)]);
    assert.equal((await blob.getProperties()).contentLength, 700_004);
  });

  test('blobs are listed by prefix, in order, in pages', async () => {
    const container = await clients().container();
    for (const blob of ['b/2', 'a/1', 'b/1', 'b/<&>', 'c']) {
      await container.getBlockBlobClient(blob).upload(blob, Buffer.byteLength(blob));
    }
    const pages = await Array.fromAsync(container.listBlobsFlat({ prefix: 'b/' }).byPage({ maxPageSize: 2 }));
    assert.deepEqual(
      pages.map(({ segment }) => segment.blobItems.map((item) => [item.name, item.properties.contentLength])),
      [
        [
          ['b/1', 3],
          ['b/2', 3],
        ],
        [['b/<&>', 5]],
      ],
    );
  });
}

/** A block's. */
const id = (n: number): string => Buffer.from(String(n).padStart(6, '0')).toString('base64');
