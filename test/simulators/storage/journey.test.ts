/** The whole bridge on the storage simulator: from HTTP to the pretend Microsoft 365, with storage that misbehaves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { bridgeSettings } from '../../../infra/local/bridge-settings.ts';
import { startHost, type Host } from '../../../infra/local/host/host.ts';
import { startMicrosoft365, type Microsoft365 } from '../../../infra/simulators/microsoft365.ts';
import { startStorage, type StorageSimulator } from '../../../infra/simulators/storage.ts';
import { keyEntropyBytes, makeApiKey } from '../../../shared/access/api-key.ts';
import { openAccessStore } from '../../../shared/access/store.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../../shared/platform/storage.ts';

const from = 'alerts@contoso.com';
const key = makeApiKey(randomBytes(keyEntropyBytes));
let folder: string;
let storage: StorageSimulator;
let microsoft365: Microsoft365;
let host: Host;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-on-simulator-'));
  [storage, microsoft365] = await Promise.all([startStorage(), startMicrosoft365({ mailboxes: [from] })]);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), microsoft365.caPem]);
  const { connectionString } = storage;
  const table = openStorage({ AzureWebJobsStorage: connectionString }).table(storageNames.access);
  const register = openAccessStore(table, systemClock);
  await register.submitters.put({ name: 'app', senders: [from], networks: [], disabled: false });
  await register.keys.put({ id: key.id, submitter: 'app', hash: key.hash, createdAt: systemClock.now() });
  for (const method of ['debug', 'info', 'warn', 'error'] as const) console[method] = () => undefined;
  host = await startHost({
    appDirectory: path.resolve(import.meta.dirname, '../../..'),
    entry: 'functions/index.ts',
    port: 0,
    timersDirectory: folder,
    log: () => undefined,
    settings: bridgeSettings(microsoft365, connectionString),
  });
});
after(async () => {
  await host.stop();
  await microsoft365.stop();
  await storage.stop();
  await rm(folder, { recursive: true, force: true });
});

const request = (method: string, to: string, body?: object): Promise<Response> =>
  fetch(`${host.url}${to}`, {
    method,
    headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

/** Submits a mail and waits until it has been relayed. */
async function relay(mail: object): Promise<void> {
  const answer = await request('POST', '/emails', { from, to: 'ops@example.com', text: 'A text', ...mail });
  assert.equal(answer.status, 202, await answer.clone().text());
  const { id } = (await answer.json()) as { id: string };
  for (let tries = 0; ; tries++) {
    const { status } = (await (await request('GET', `/emails/${id}`)).json()) as { status: string };
    if (status === 'relayed') return;
    assert.ok(tries < 300, `message ${id} is still ${status}`);
    await sleep(50);
  }
}

/** Waits until all that was doubled has been handled too. */
async function queueEmpty(): Promise<void> {
  const queue = openStorage({ AzureWebJobsStorage: storage.connectionString }).queue(storageNames.queue);
  for (let tries = 0; (await queue.getProperties()).approximateMessagesCount !== 0; tries++) {
    assert.ok(tries < 300, 'the queue does not become empty');
    await sleep(50);
  }
}

test('a small mail and a large one are relayed', async () => {
  await relay({ subject: 'Small' });
  const content = Buffer.alloc(1_500_000, 7).toString('base64');
  await relay({ subject: 'Large', attachments: [{ filename: 'a.bin', content }] });
  assert.equal(microsoft365.store.list().length, 2);
  assert.ok((storage.transactions().blob['PutBlockList'] ?? 0) > 0);
});

test('with lost answers, refusals and doubled deliveries every mail is relayed once', async () => {
  const earlier = microsoft365.store.list().length;
  storage.faults.add(
    { kind: 'lose-answer', operation: 'InsertEntity' },
    { kind: 'lose-answer', operation: 'PutMessage' },
    { kind: 'refuse', operation: 'InsertEntity', code: 'ServerBusy' },
    { kind: 'double', times: 4 },
  );
  for (let i = 0; i < 4; i++) await relay({ subject: `Mail ${i}` });
  await queueEmpty();
  assert.equal(microsoft365.store.list().length, earlier + 4);
  assert.deepEqual(storage.faults.list(), [], 'all of it has happened');
});
