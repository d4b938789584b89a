import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { startHttpProxy, type Phase } from './http-proxy.ts';
import { listen } from './listen.ts';
import { startFaultProxy } from './proxy.ts';

/** An echo behind a proxy, and a client connected through it. */
async function stage(t: TestContext) {
  const echo = await listen(createServer((socket) => socket.on('error', () => undefined).pipe(socket)));
  const proxy = await startFaultProxy(echo.port);
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  t.after(async () => {
    client.destroy();
    await proxy.stop();
    await echo.stop();
  });
  await once(client, 'connect');
  return { proxy, client };
}

const answer = async (client: Socket): Promise<string> => String((await once(client, 'data'))[0]);

test('carries bytes, slowly when told, and in order', async (t) => {
  const { proxy, client } = await stage(t);
  client.write('a');
  assert.equal(await answer(client), 'a');
  proxy.latency = 30;
  client.write('b');
  await sleep(10);
  proxy.latency = 0;
  client.write('c');
  let seen = '';
  while (seen.length < 2) seen += await answer(client);
  assert.equal(seen, 'bc');
});

test('cuts and resets connections', async (t) => {
  const { proxy, client } = await stage(t);
  client.write('a');
  await answer(client);
  proxy.reset();
  const [error]: NodeJS.ErrnoException[] = await once(client, 'error');
  assert.equal(error?.code, 'ECONNRESET');
});

test('half open: nothing comes any more, new connections work, and a waiting client is seen', async (t) => {
  const { proxy, client } = await stage(t);
  client.write('a');
  await answer(client);
  assert.equal(proxy.isWaiting(0), false);
  proxy.halfOpen();
  client.write('b');
  const silence = await Promise.race([answer(client), sleep(50, 'silence')]);
  assert.equal(silence, 'silence');
  const other = connect(proxy.port, '127.0.0.1');
  other.write('c');
  assert.equal(await answer(other), 'c');
  other.destroy();
});

test('the HTTP proxy shows whole requests at each phase, and stops where it is told', async (t) => {
  let reached = 0;
  const upstream = await listen(
    createHttpServer((request, response) => {
      reached += 1;
      request.pipe(response);
    }),
  );
  const seen: string[] = [];
  let stopAt: Phase | undefined;
  const proxy = await startHttpProxy({
    upstream: `http://127.0.0.1:${upstream.port}`,
    watch(phase, asked, answered) {
      seen.push(`${phase} ${asked.body.toString()} ${answered?.body.toString() ?? ''}`.trim());
      return phase !== stopAt;
    },
  });
  t.after(async () => {
    await proxy.stop();
    await upstream.stop();
  });
  const post = async (body: string) =>
    await (await fetch(`http://127.0.0.1:${proxy.port}/`, { method: 'POST', body })).text();
  assert.equal(await post('x'), 'x');
  assert.deepEqual(seen, ['sent x', 'committed x x', 'answered x x']);
  stopAt = 'sent';
  await assert.rejects(post('y'));
  assert.equal(reached, 1);
  stopAt = 'committed';
  await assert.rejects(post('z'));
  assert.equal(reached, 2);
});
