/** Compressed bodies: read, refused, and stopped before they fill the memory. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decoded } from '../../shared/submission/content-coding.ts';

const text = Buffer.from('{"a":"Grüße"}');

const codeOf = async (body: Uint8Array, encoding: string, most = 1000): Promise<string> => {
  const read = await decoded(body, encoding, most);
  return read.ok ? 'read' : read.problem.code;
};

describe('a body is read', () => {
  for (const [encoding, body] of [
    ['gzip', gzipSync(text)],
    ['GZIP ', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.subarray(0, 5)), gzipSync(text.subarray(5))])],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['identity', text],
  ] as const) {
    test(`${encoding}, ${body.length} bytes`, async () => {
      const read = await decoded(body, encoding, 1000);
      assert.deepEqual(read.ok && Buffer.from(read.value), text);
    });
  }

  test('as it is where nothing is said', async () => {
    const read = await decoded(text, undefined, 1);
    assert.equal(read.ok && read.value, text);
  });
});

test('other codings are refused with those that are read', async () => {
  for (const encoding of ['br', 'zstd', 'gzip, gzip', 'identity, gzip', 'x']) {
    const read = await decoded(brotliCompressSync(text), encoding, 1000);
    assert.ok(!read.ok && read.problem.code === 'unsupported-content-encoding', encoding);
    assert.deepEqual(read.problem.headers, { 'accept-encoding': 'gzip, deflate' });
  }
});

test('what is not what it says, or not whole, is refused', async () => {
  for (const encoding of ['gzip', 'deflate']) {
    assert.equal(await codeOf(text, encoding), 'invalid-content-encoding');
    assert.equal(await codeOf(Buffer.alloc(0), encoding), 'invalid-content-encoding');
  }
  assert.equal(await codeOf(gzipSync(text).subarray(0, -9), 'gzip'), 'invalid-content-encoding');
});

test('a bomb is put out at the limit: half a gigabyte in half a megabyte', async () => {
  const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024), { level: 9 });
  assert.ok(bomb.length < 600_000);
  const before = process.memoryUsage().rss;
  assert.equal(await codeOf(bomb, 'gzip', 1_000_000), 'body-too-large');
  assert.ok(process.memoryUsage().rss - before < 100_000_000);
});
