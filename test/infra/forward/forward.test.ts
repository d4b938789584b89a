/** `postrider forward` as a process of its own: what it keeps, in what order it sends, and what it survives. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { text as read } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { killAll, makeFolder, post, startForward, startReceiver, until } from './stage.ts';

after(killAll);

test('a request is kept, answered at once, and handed on with the key of the forwarder', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  const forward = await startForward(bridge.url, folder, '--header', 'X-Sensor');
  const answer = await post(`${forward.url}/hooks/ops/pr_theirs_1?room=cellar&key=pr_theirs_2`, 'Wet', {
    authorization: 'Bearer pr_theirs_3',
    cookie: 'a=b',
    'x-other': 'no',
    'x-sensor': '7',
    title: 'Water',
  });
  assert.equal(answer.status, 200);
  const { status, key } = (await answer.json()) as { status: string; key: string };
  assert.equal(status, 'kept');
  const [got] = await until(() => bridge.got.length === 1 && bridge.got);
  assert.ok(got);
  assert.deepEqual([got.method, got.url, got.body], ['POST', '/hooks/ops?room=cellar', 'Wet']);
  assert.equal(got.headers.authorization, 'Bearer pr_forward_secret');
  assert.equal(got.headers['idempotency-key'], key);
  assert.deepEqual(
    ['title', 'x-sensor', 'content-type', 'cookie', 'x-other'].map((name) => got.headers[name]),
    ['Water', '7', 'text/plain', undefined, undefined],
  );
  await until(() => readdirSync(folder.spool).length === 1);
  assert.deepEqual(readdirSync(folder.spool), ['failed']);
  assert.ok(!JSON.stringify(forward.notes).includes('pr_'), 'a key was logged');
  assert.equal(await forward.end(), 0);
  await bridge.stop();
});

test('while the bridge is away requests wait on the disk; later they go in their order, once', async () => {
  const folder = makeFolder();
  const gone = await startReceiver();
  await gone.stop();
  const forward = await startForward(gone.url, folder, '--drain', '0');
  for (let i = 0; i < 20; i++) assert.equal((await post(`${forward.url}/hooks/ops`, String(i))).status, 200);
  assert.equal(readdirSync(folder.spool).filter((name) => name.endsWith('.request')).length, 20);
  const bridge = await startReceiver(gone.port);
  await until(() => bridge.got.length === 20);
  assert.deepEqual(
    bridge.got.map(({ body }) => body),
    Array.from({ length: 20 }, (_, i) => String(i)),
  );
  assert.equal(new Set(bridge.got.map(({ headers }) => headers['idempotency-key'])).size, 20);
  await forward.end();
  await bridge.stop();
});

test('killed at any moment it loses nothing that it said to keep, and keeps the order', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  const kept: string[] = [];
  let number = 0;
  for (let life = 0; life < 4; life++) {
    const forward = await startForward(bridge.url, folder);
    const dead = once(forward.child, 'exit');
    // Until the connection breaks: somewhere behind the tenth request.
    for (let sent = 0; ; sent++) {
      if (sent === 10) setTimeout(() => forward.child.kill('SIGKILL'), 7 * life);
      const body = String(number++);
      const answer = await post(`${forward.url}/hooks/ops`, body).catch(() => undefined);
      if (answer?.status !== 200) break;
      kept.push(body);
    }
    await dead;
  }
  const forward = await startForward(bridge.url, folder);
  await until(
    () => forward.notes.length > 0 && kept.every((body) => bridge.got.some((one) => one.body === body)),
  );
  await forward.end();
  await bridge.stop();
  // What came twice came under the same key, so that the bridge takes it once.
  const first = new Map<unknown, string>();
  for (const { headers, body } of bridge.got) {
    const key = headers['idempotency-key'];
    assert.equal(first.get(key) ?? body, body);
    first.set(key, body);
  }
  const order = [...first.values()].map(Number);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(order).size, order.length, 'a request had two keys');
  assert.ok(kept.length >= 40, `only ${kept.length} were taken in all lives`);
});

test('what the bridge refuses is set aside with its answer, and the rest goes on', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  bridge.answer = ({ body }, response) =>
    void response.writeHead(body === 'bad' ? 422 : 200).end('{"detail":"Mend it."}');
  const forward = await startForward(bridge.url, folder);
  for (const body of ['one', 'bad', 'two']) await post(`${forward.url}/hooks/ops`, body);
  await until(() => bridge.got.length === 3);
  const failed = path.join(folder.spool, 'failed');
  await until(() => readdirSync(failed).length === 2);
  const [request = '', answer = ''] = readdirSync(failed).sort();
  assert.equal(readFileSync(path.join(failed, answer), 'utf8'), '422\n{"detail":"Mend it."}\n');
  assert.match(readFileSync(path.join(failed, request), 'utf8'), /^\{"key":.*\}\nbad$/);
  assert.match(forward.errors(), /"event":"refused".*"status":422/);
  await forward.end();
  await bridge.stop();
});

test('a bridge that asks to wait is given the time it asks for, and a wrong key holds everything back', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  const times: number[] = [];
  const answers = [
    [429, { 'retry-after': '2' }],
    [302, { location: 'http://portal.example/' }],
    [401, {}],
    [200, {}],
  ] as const;
  bridge.answer = (_, response) => {
    const [status, headers] = answers[times.length] ?? [200, {}];
    times.push(performance.now());
    response.writeHead(status, headers).end();
  };
  const forward = await startForward(bridge.url, folder);
  await post(`${forward.url}/hooks/ops`, 'x');
  await until(() => times.length === 2);
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 1990, 'it did not wait');
  await until(() => forward.notes.find(({ reason }) => /redirect|302/.test(String(reason))));
  await until(() => times.length === 4);
  assert.ok(forward.notes.some(({ reason }) => /does not take the key/.test(String(reason))));
  assert.equal(new Set(bridge.got.map(({ headers }) => headers['idempotency-key'])).size, 1);
  await forward.end();
  await bridge.stop();
});

test('a full spool says so, and a body that is too large is none', async () => {
  const folder = makeFolder();
  const gone = await startReceiver();
  await gone.stop();
  const forward = await startForward(gone.url, folder, '--max-spool', '0.01', '--max-body', '0.008');
  assert.equal((await post(`${forward.url}/hooks/ops`, 'x'.repeat(9000))).status, 413);
  assert.equal((await post(`${forward.url}/hooks/ops`, 'x'.repeat(7000))).status, 200);
  const full = await post(`${forward.url}/hooks/ops`, 'x'.repeat(7000));
  assert.deepEqual([full.status, full.headers.get('retry-after')], [507, '60']);
  assert.equal((await post(`${forward.url}/hooks/ops`, 'small')).status, 200);
  await forward.end();
});

test('who is not meant is turned away: other networks, web pages, proxies, other methods', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  const forward = await startForward(bridge.url, folder);
  assert.equal((await post(`${forward.url}/hooks/ops`, 'x', { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(`${forward.url}/hooks/ops`, 'x', {}, 'DELETE')).status, 405);
  const raw = async (lines: string) => {
    const socket = connect(Number(new URL(forward.url).port), '127.0.0.1');
    socket.write(lines);
    return await read(socket);
  };
  assert.match(
    await raw('GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n'),
    /^HTTP\/1\.1 400/,
  );
  // A device that knows no Host header.
  assert.match(
    await raw('POST /hooks/ops HTTP/1.1\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi'),
    /^HTTP\/1\.1 200/,
  );
  await until(() => bridge.got.length === 1);
  await forward.end();
  const narrow = await startForward(bridge.url, folder, '--allow', '192.168.7.0/24');
  assert.equal((await post(`${narrow.url}/hooks/ops`, 'x')).status, 403);
  assert.equal(bridge.got.length, 1);
  await narrow.end();
  await bridge.stop();
});

test('told to end it hands on what it has; one spool has one forwarder; a damaged file is set aside', async () => {
  const [folder, bridge] = [makeFolder(), await startReceiver()];
  bridge.answer = (_, response) => void setTimeout(() => response.end('{}'), 100);
  const forward = await startForward(bridge.url, folder);
  await assert.rejects(startForward(bridge.url, folder), /is used by another forwarder/);
  for (let i = 0; i < 5; i++) await post(`${forward.url}/hooks/ops`, String(i));
  assert.equal(await forward.end(), 0);
  assert.equal(bridge.got.length, 5);
  assert.deepEqual(readdirSync(folder.spool), ['failed']);

  writeFileSync(path.join(folder.spool, '000000000001.request'), 'no parcel');
  writeFileSync(path.join(folder.spool, 'x.part'), 'half');
  const again = await startForward(bridge.url, folder);
  await until(() => readdirSync(path.join(folder.spool, 'failed')).length === 2);
  assert.deepEqual(readdirSync(folder.spool), ['failed']);
  await again.end();
  await bridge.stop();
});

test('a command line that cannot work says why', async () => {
  const folder = makeFolder('no key');
  await assert.rejects(startForward('https://bridge.example', folder), /holds no key of a bridge/);
  await assert.rejects(startForward('bridge', makeFolder()), /Give the address of the bridge/);
  await assert.rejects(startForward('https://b.example', makeFolder(), '--allow', '10.0.0.1/8'), /bits set/);
});
