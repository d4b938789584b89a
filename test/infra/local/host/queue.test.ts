import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../../../infra/local/azurite.ts';
import { type Host, startHost } from '../../../../infra/local/host/host.ts';
import type { LogEntry } from '../../../../infra/local/host/log.ts';
import { gate, seen } from '../fixtures/queue/seen.ts';
import { until } from '../until.ts';

let azurite: Azurite;
let host: Host | undefined;
const log: LogEntry[] = [];

before(async () => {
  azurite = await startAzurite();
  for (const name of ['letters', 'letters-poison', 'plain']) await queue(name).create();
});
after(() => azurite.stop());
beforeEach(async () => {
  seen.length = 0;
  log.length = 0;
  Object.assign(gate, { running: 0, most: 0, opened: Promise.withResolvers<void>() });
  await queue('letters').clearMessages();
});

function queue(name: string): QueueClient {
  return QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
}

/** Starts the app for one test; further settings override host.json. */
async function start(
  t: { after(fn: () => unknown): void },
  settings: Record<string, string> = {},
): Promise<Host> {
  const started = await startHost({
    appDirectory: path.join(import.meta.dirname, '../fixtures/queue'),
    port: 0,
    log: (entry) => log.push(entry),
    settings: {
      LETTERS: 'letters',
      AzureWebJobsStorage: azurite.connectionString,
      AzureWebJobsBells: azurite.connectionString,
      ...settings,
    },
  });
  t.after(() => started.stop());
  host = started;
  return started;
}

async function post(name: string, ...texts: string[]): Promise<void> {
  for (const text of texts) await queue(name).sendMessage(Buffer.from(text).toString('base64'));
}

async function isEmpty(name: string): Promise<boolean> {
  const { approximateMessagesCount } = await queue(name).getProperties();
  return approximateMessagesCount === 0;
}

test('JSON is parsed, also numbers and truth values; other text stays text', async (t) => {
  await start(t);
  await post('letters', '{"a":[1]}', 'dear all', '123', 'true', 'ü😀');
  await until(() => seen.length === 5, 'all are seen');
  const bodies = seen.map(({ body }) => JSON.stringify(body)).sort();
  assert.deepEqual(bodies, ['"dear all"', '"ü😀"', '123', 'true', '{"a":[1]}']);
  await until(() => isEmpty('letters'), 'handled messages are deleted');
});

test('the trigger metadata tell of the message', async (t) => {
  await start(t);
  const { messageId } = await queue('letters').sendMessage(Buffer.from('{"a":1}').toString('base64'));
  await until(() => seen.length === 1, 'it is seen');
  const { metadata } = seen[0]!;
  assert.equal(metadata['id'], messageId);
  assert.equal(metadata['dequeueCount'], 1);
  assert.deepEqual(metadata['queueTrigger'], { a: 1 });
  assert.match(String(metadata['insertionTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  assert.match(String(metadata['nextVisibleTime']), /\+00:00$/);
  assert.match(String(metadata['expirationTime']), /\+00:00$/);
  assert.equal(typeof metadata['popReceipt'], 'string');
});

test('members of a JSON message overwrite the metadata, whatever their case', async (t) => {
  await start(t);
  const lies = { id: 'forged', DEQUEUECOUNT: 99, popReceipt: { a: 1 }, mine: true, none: null, list: [1] };
  await post('letters', JSON.stringify({ ...lies, ['__proto__x']: 1 }));
  await until(() => seen.length === 1, 'it is seen');
  const { metadata } = seen[0]!;
  assert.equal(metadata['id'], 'forged');
  assert.equal(metadata['dEQUEUECOUNT'], 99);
  assert.equal('dequeueCount' in metadata, false);
  assert.deepEqual(metadata['popReceipt'], { a: 1 });
  assert.equal(metadata['mine'], 'True');
  assert.equal('none' in metadata || 'list' in metadata, false);
});

test('a failing message is tried maxDequeueCount times, then moved to the poison queue', async (t) => {
  await start(t);
  await post('letters', '{"fail":true,"n":1}');
  await until(() => seen.some((one) => one.queue === 'dead'), 'the poison function sees it');
  const attempts = seen
    .filter((one) => one.queue === 'letters')
    .map(({ metadata }) => metadata['dequeueCount']);
  assert.deepEqual(attempts, [1, 2, 3]);
  await until(() => isEmpty('letters'), 'it has left its queue');
  assert.equal(log.filter(({ message }) => message.includes('told to fail')).length >= 3, true);
  assert.ok(log.some(({ message }) => message.includes('reached MaxDequeueCount of 3')));
});

test('a poisoned message wakes the function on the poison queue at once', async (t) => {
  await start(t);
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  await post('letters', '{"fail":true}');
  // From here on no pause between polls ends by itself: only a found message or a wake-up leads to the next poll.
  await until(() => {
    if (seen.length === 0) mock.timers.tick(100);
    return seen.length > 0;
  }, 'the message is found');
  await until(() => seen.some((one) => one.queue === 'dead'), 'the poison function sees it');
});

test('a message that came too often, from a crashed process, is poisoned without being run', async (t) => {
  await post('letters', '{"crashed":true}');
  for (let round = 0; round < 3; round++) {
    const [message] = (await queue('letters').receiveMessages()).receivedMessageItems;
    await queue('letters').updateMessage(message!.messageId, message!.popReceipt, message!.messageText, 0);
  }
  await start(t);
  await until(() => seen.length > 0, 'someone sees it');
  assert.deepEqual(
    seen.map((one) => one.queue),
    ['dead'],
  );
});

test('what is not base64 goes to the poison queue as it is, without being run', async (t) => {
  await start(t);
  const odd = '<not & base64> "ü"';
  await queue('plain').sendMessage(odd);
  await until(
    async () => (await queue('plain-poison').exists()) && !(await isEmpty('plain-poison')),
    'it is moved',
  );
  const { peekedMessageItems } = await queue('plain-poison').peekMessages();
  assert.equal(peekedMessageItems[0]?.messageText, odd);
  assert.deepEqual(seen, []);
});

test('with messageEncoding none the text is taken as it stands', async (t) => {
  await start(t, { AzureFunctionsJobHost__extensions__queues__messageEncoding: 'none' });
  await queue('letters').sendMessage('<a>&amp; "ü" 😀</a>');
  await until(() => seen.length === 1, 'it is seen');
  assert.equal(seen[0]?.body, '<a>&amp; "ü" 😀</a>');
});

test('a failed message stays away for the visibilityTimeout', async (t) => {
  await start(t, { AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:30:00' });
  await post('letters', '{"fail":true}');
  await until(
    () => azurite.transactions().queue['UpdateMessage'] !== undefined && seen.length === 1,
    'it failed',
  );
  await host?.stop();
  const { peekedMessageItems } = await queue('letters').peekMessages();
  assert.deepEqual(peekedMessageItems, []);
  assert.equal(await isEmpty('letters'), false);
});

test('the last attempt goes to the poison queue at once, whatever the visibilityTimeout', async (t) => {
  await start(t, {
    AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:30:00',
    AzureFunctionsJobHost__extensions__queues__maxDequeueCount: '1',
  });
  await post('letters', '{"fail":true}');
  await until(() => seen.some((one) => one.queue === 'dead'), 'the poison function sees it');
});

test('the trigger waits for a queue that is not there yet', async (t) => {
  await start(t);
  assert.equal(await queue('late').exists(), false);
  await queue('late').create();
  await post('late', 'at last');
  await until(() => seen.length === 1, 'it is seen');
  assert.deepEqual(
    log.filter(({ level }) => level === 'warning'),
    [],
  );
});

test('no more than batchSize + newBatchThreshold run at once', async (t) => {
  await post('letters', ...Array.from({ length: 8 }, (_, n) => `{"wait":true,"n":${n}}`));
  await start(t, { AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '1' });
  await until(() => gate.running === 2, 'the first batch runs');
  gate.opened.resolve();
  await until(() => isEmpty('letters'), 'all are done');
  assert.ok(gate.most <= 3, `${gate.most} ran at once`);
  assert.equal(seen.length, 8);
});

test('stop waits for the message under way, deletes it, and leaves the others visible', async (t) => {
  // Put there first: a poll that finds only one of them would be the last until that one has ended.
  await post('letters', '{"wait":true,"n":1}', '{"wait":true,"n":2}', '{"wait":true,"n":3}');
  const started = await start(t);
  await until(() => gate.running === 2, 'two run');
  const stopped = started.stop().then(() => 'stopped');
  assert.equal(await Promise.race([stopped, Promise.resolve('waiting')]), 'waiting');
  gate.opened.resolve();
  await stopped;
  assert.equal(gate.running, 0);
  const { peekedMessageItems } = await queue('letters').peekMessages({ numberOfMessages: 8 });
  assert.equal(peekedMessageItems.length, 1);
});

test('stop waits for all messages under way, and deletes them', async (t) => {
  const started = await start(t, { AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '9' });
  await post('letters', '{"wait":true,"n":1}', '{"wait":true,"n":2}', '{"wait":true,"n":3}');
  await until(() => gate.running === 3, 'three run');
  const stopped = started.stop();
  setTimeout(gate.opened.resolve, 100);
  await stopped;
  assert.equal(gate.running, 0);
  assert.equal(await isEmpty('letters'), true);
});

test('the ten minutes are renewed at half time, and the message is deleted with the new receipt', async (t) => {
  await start(t);
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  await post('letters', '{"wait":true}');
  await until(() => gate.running === 1, 'it runs');
  azurite.resetTransactions();
  mock.timers.tick(300_000);
  // It ends before the answer with the new receipt is there.
  gate.opened.resolve();
  await until(() => azurite.transactions().queue['UpdateMessage'] === 1, 'it is renewed');
  mock.timers.reset();
  await until(() => isEmpty('letters'), 'it is deleted');
  assert.equal(seen.length, 1);
});

test('polling goes on when the storage was away for a while', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'azurite-away-'));
  const own = await startAzurite({ directory });
  const there = QueueServiceClient.fromConnectionString(own.connectionString).getQueueClient('letters');
  await there.create();
  await start(t, { AzureWebJobsStorage: own.connectionString });
  await own.stop();
  await until(() => log.some(({ message }) => message.includes("'letters' cannot be read")), 'it is noticed');
  const again = await startAzurite({
    directory: own.directory,
    ports: [own.ports.blob, own.ports.queue, own.ports.table],
  });
  t.after(async () => {
    await host?.stop();
    await again.stop();
    await rm(directory, { recursive: true });
  });
  await there.sendMessage(Buffer.from('back').toString('base64'));
  await until(() => seen.length === 1, 'it is seen');
});
