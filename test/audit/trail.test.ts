import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import type { AuditEvent, Refusal } from '../../shared/audit/event.ts';
import { openAuditTrail, type AuditTrail } from '../../shared/audit/trail.ts';
import { mostCounters } from '../../shared/audit/tally.ts';
import type { Log } from '../../shared/platform/log.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

const start = new Date('2026-11-20T12:30:00Z');
let now = start;
let azurite: Azurite;
let trail: AuditTrail;
let lines: string[];

const log: Log = (_, event) => void lines.push(event);

const open = (connectionString = azurite.connectionString): AuditTrail => {
  const client = openStorage({ AzureWebJobsStorage: connectionString }).table(storageNames.audit);
  return openAuditTrail({ client, log, clock: { now: () => now }, newId: randomUUID });
};

before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());
beforeEach(async () => {
  now = start;
  lines = [];
  trail = open();
  while ((await trail.removeBefore(new Date('2100-01-01'))) > 0);
});

const stranger = (source: string, rule: Refusal['rule'] = 'invalid-api-key'): Refusal => ({
  actor: { kind: 'stranger' },
  source,
  method: 'POST',
  path: '/emails',
  rule,
});
const known: Refusal = {
  actor: { kind: 'submitter', name: 'app', keyId: 'k1' },
  source: '192.0.2.1',
  method: 'POST',
  path: '/emails',
  rule: 'sender-not-allowed',
  pointers: ['#/from'],
};
const writes = () => {
  const { CreateTable: _create, ...rest } = azurite.transactions().table;
  return Object.entries(rest)
    .filter(([operation]) => !operation.startsWith('Query'))
    .reduce((sum, [, count]) => sum + count, 0);
};
const all = async (): Promise<readonly AuditEvent[]> => (await trail.list({ limit: 5000 })).events;

test('an event comes back as it was', async () => {
  await trail.refused(known);
  now = new Date(now.getTime() + 1000);
  await trail.changed({
    actor: { kind: 'operator', name: 'desk' },
    action: 'changed',
    entry: 'submitters/app',
    fields: ['senders', 'mode'],
    rule: 'admin',
  });
  const [change, refusal] = await all();
  assert.deepEqual({ ...refusal, id: '' }, { ...known, kind: 'refusal', id: '', at: start, count: 1 });
  assert.deepEqual(change?.kind === 'change' && change.fields, ['senders', 'mode']);
  assert.deepEqual(change?.at, now);
  assert.deepEqual(lines, ['request.refused', 'audit.changed']);
});

test('5,000 strange requests in ten seconds are one row and two writes', async () => {
  azurite.resetTransactions();
  for (let i = 0; i < 5000; i++) {
    now = new Date(start.getTime() + i * 2);
    await trail.refused(stranger('192.0.2.7'));
    if (i % 2500 === 2499) await trail.flush();
  }
  assert.equal(writes(), 2);
  const [event, second] = await all();
  assert.deepEqual([event?.count, event?.at, event?.until, second], [5000, start, now, undefined]);
  // A line for each would be another flood.
  assert.deepEqual(lines, ['request.refused']);
});

test('each hour, source and rule has a count of its own, of IPv6 each /64', async () => {
  const sources = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'];
  for (const source of sources) await trail.refused(stranger(source));
  await trail.refused(stranger('192.0.2.1', 'missing-credentials'));
  await trail.flush();
  now = new Date(start.getTime() + 3_600_000);
  await trail.refused(stranger('192.0.2.1'));
  await trail.flush();
  const counts = (await all()).map(({ source, rule, count }) => [source, rule, count] as const);
  assert.deepEqual(counts.slice(0, 1), [['192.0.2.1', 'invalid-api-key', 1]]);
  assert.deepEqual(counts.slice(1).map(String).toSorted(), [
    '192.0.2.1,invalid-api-key,1',
    '192.0.2.1,missing-credentials,1',
    '192.0.2.2,invalid-api-key,1',
    '2001:db8:0:0::/64,invalid-api-key,2',
    '2001:db8:0:1::/64,invalid-api-key,1',
  ]);
});

test('a flood from everywhere stays within bounds, and nothing of it is left out of the count', async () => {
  const many = mostCounters + 3000;
  for (let i = 0; i < many; i++) await trail.refused(stranger(`10.0.${i >> 8}.${i & 255}`));
  azurite.resetTransactions();
  await trail.flush();
  assert.ok(writes() <= 12, `${writes()} writes`);
  const events = await all();
  assert.equal(events.length, mostCounters + 1);
  assert.equal(
    events.reduce((sum, { count }) => sum + count, 0),
    many,
  );
  assert.equal(events.find(({ count }) => count > 1)?.source, 'many');
});

test('a known caller that is refused all the time is counted too, under its name', async () => {
  for (let i = 0; i < 100; i++) await trail.refused(known);
  await trail.flush();
  const events = await all();
  assert.deepEqual(
    events.map(({ count }) => count).toSorted((a, b) => a - b),
    [...Array.from({ length: 30 }, () => 1), 70],
  );
  assert.ok(events.every(({ actor }) => actor.name === 'app'));
});

test('what storage does not take is tried again, and the log says so', async () => {
  const own = await startAzurite();
  const away = open(own.connectionString);
  await own.stop();
  await away.changed({
    actor: { kind: 'command-line' },
    action: 'created',
    entry: 'submitters/app',
    rule: 'storage',
  });
  for (let tries = 0; !lines.includes('audit.not-written'); tries++) {
    assert.ok(tries < 200, lines.join(' '));
    await sleep(50);
  }
  lines = [];
  await away.flush();
  assert.deepEqual(lines, ['audit.not-written']);
});

test('nobody waits for a storage that does not answer', async () => {
  const silent = net.createServer().listen(0, '127.0.0.1');
  const sockets: net.Socket[] = [];
  silent.on('connection', (socket) => sockets.push(socket));
  await once(silent, 'listening');
  const { port } = silent.address() as net.AddressInfo;
  const away = open(
    azurite.connectionString.replace(/(TableEndpoint=http:\/\/127\.0\.0\.1:)\d+/, `$1${port}`),
  );
  await away.refused(known);
  assert.ok(sockets.length > 0, 'it was asked');
  assert.ok(!lines.includes('audit.not-written'), 'and is not given up');
  silent.close();
  for (const socket of sockets) socket.destroy();
});

test('what is old is removed, and the rest stays', async () => {
  for (let day = 0; day < 4; day++) {
    now = new Date(start.getTime() + day * 86_400_000);
    for (let i = 0; i < 3; i++) await trail.refused(known);
  }
  const third = new Date(start.getTime() + 2 * 86_400_000);
  assert.equal(await trail.removeBefore(third), 6);
  assert.equal(await trail.removeBefore(third), 0);
  assert.equal((await all()).length, 6);
});
