/** Storage that misbehaves: on demand, for a share of the requests, the same for the same seed. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startStorage, type StorageSimulator } from '../../../infra/simulators/storage.ts';
import { clientsOf, refusal, type Clients } from './services.ts';

let storage: StorageSimulator;
let clients: Clients;
before(async () => {
  storage = await startStorage({ durable: false });
  clients = clientsOf(storage.connectionString);
});
beforeEach(() => storage.faults.clear());
after(() => storage.stop());

const row = (rowKey: string) => ({ partitionKey: 'p', rowKey });

test('an operation is refused with any code of the service, and nothing is done', async () => {
  const [table, queue] = [await clients.table(), await clients.queue()];
  storage.faults.add(
    { kind: 'refuse', code: 'ServerBusy', service: 'table', times: 2 },
    { kind: 'refuse', code: 'QueueBeingDeleted', operation: 'CreateQueue' },
  );
  await queue.sendMessage('x');
  assert.deepEqual(await refusal(table.createEntity(row('a'))), { status: 503, code: 'ServerBusy' });
  assert.deepEqual(await refusal(table.getEntity('p', 'a')), { status: 503, code: 'ServerBusy' });
  assert.deepEqual(await refusal(table.getEntity('p', 'a')), { status: 404, code: 'ResourceNotFound' });
  assert.deepEqual(await refusal(clients.queue()), { status: 409, code: 'QueueBeingDeleted' });
});

test('a lost answer: it is done, but the connection is reset', async () => {
  const table = await clients.table();
  storage.faults.add(
    { kind: 'lose-answer', operation: 'InsertEntity' },
    { kind: 'cut', operation: 'InsertEntity' },
  );
  await assert.rejects(table.createEntity(row('done')), { code: 'ECONNRESET' });
  await assert.rejects(table.createEntity(row('not done')), { code: 'ECONNRESET' });
  assert.ok(await table.getEntity('p', 'done'));
  assert.equal((await refusal(table.getEntity('p', 'not done'))).status, 404);
});

test('a hanging request is never answered; a late one is', async () => {
  const queue = await clients.queue();
  storage.faults.add({ kind: 'hang', operation: 'PutMessage' });
  const patience = AbortSignal.timeout(1000);
  await assert.rejects(queue.sendMessage('never', { abortSignal: patience }), { name: 'AbortError' });
  storage.faults.add({ kind: 'delay', ms: 50, service: 'queue' });
  await queue.sendMessage('late');
  assert.equal((await queue.getProperties()).approximateMessagesCount, 1);
});

test('a doubled delivery comes once more, under its own id, whatever becomes of the first', async () => {
  const queue = await clients.queue();
  storage.faults.add({ kind: 'double', times: 100 });
  await queue.sendMessage('twice');
  const texts: string[] = [];
  for (let i = 0; i < 4; i++) {
    for (const { messageId, popReceipt, messageText } of (await queue.receiveMessages())
      .receivedMessageItems) {
      texts.push(messageText);
      await queue.deleteMessage(messageId, popReceipt);
    }
  }
  assert.deepEqual(texts, ['twice', 'twice']);
});

test('a share of the requests is struck, the same ones for the same seed', async () => {
  const [one, same, different] = [await struck(1), await struck(1), await struck(2)];
  assert.equal(one, same);
  assert.notEqual(one, different);
  const hits = one.replaceAll('.', '').length;
  assert.ok(hits > 5 && hits < 40, one);
});

test('through the control door: faults and counts', async () => {
  const queue = await clients.queue();
  const program = (fault: object): Promise<Response> =>
    fetch(`${storage.controlUrl}/faults/storage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
  const accepted = await program({
    kind: 'refuse',
    code: 'OperationTimedOut',
    operation: 'PutMessage',
    share: 1,
  });
  assert.equal(accepted.status, 201);
  assert.deepEqual(await refusal(queue.sendMessage('x')), { status: 500, code: 'OperationTimedOut' });
  assert.equal((await program({ kind: 'refuse', code: 'NoSuchCode' })).status, 400);
  assert.equal((await program({ kind: 'refuse', code: 'ServerBusy', operation: 'PutMesage' })).status, 400);
  await fetch(`${storage.controlUrl}/transactions`, { method: 'DELETE' });
  await queue.sendMessage('x');
  const counts: unknown = await (await fetch(`${storage.controlUrl}/transactions`)).json();
  assert.deepEqual(counts, { blob: {}, queue: { PutMessage: 1 }, table: {} });
  assert.equal((await fetch(`${storage.controlUrl}/elsewhere`)).status, 404);
});

/** Which of sixty requests are refused. */
async function struck(seed: number): Promise<string> {
  const other = await startStorage({ durable: false, seed });
  const queue = await clientsOf(other.connectionString).queue();
  other.faults.add({
    kind: 'refuse',
    code: 'InternalError',
    operation: 'PutMessage',
    share: 0.3,
    times: 1000,
  });
  let pattern = '';
  for (let i = 0; i < 60; i++)
    pattern += await queue.sendMessage('x').then(
      () => '.',
      () => 'x',
    );
  await other.stop();
  return pattern;
}
