import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { openStorage } from '../../shared/platform/storage.ts';

/** A server that takes requests and never answers. */
async function startMute(): Promise<{ port: number; request: () => Promise<unknown>; close: () => void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => server.emit('request'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    request: () => once(server, 'request'),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('a table that does not answer is waited for 15 s, and no longer', async (t) => {
  const mute = await startMute();
  t.after(() => mute.close());
  const table = openStorage({
    AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:${mute.port}/a;QueueEndpoint=http://127.0.0.1:${mute.port}/a;BlobEndpoint=http://127.0.0.1:${mute.port}/a`,
  }).table('Mute');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const key = { partitionKey: 'p', rowKey: 'r' };
  for (const ask of [
    () => table.getEntity('p', 'r'),
    () => table.submitTransaction([['create', key]]),
    () => table.listEntities().next(),
  ]) {
    const asked = mute.request();
    const answer = assert.rejects(ask(), { name: 'RestError', code: 'ETIMEDOUT' });
    await asked;
    t.mock.timers.tick(15_000);
    await answer;
  }
});
