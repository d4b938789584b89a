import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { countAttempts, sourceOf } from '../../shared/access/attempts.ts';
import { openCollection } from '../../shared/access/collection.ts';
import { openDoorkeeper, type Visit } from '../../shared/access/doorkeeper.ts';
import { lastUseKind, openLastUses, type LastUse } from '../../shared/access/last-use.ts';
import { parseAddress } from '../../shared/access/network.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import type { Result } from '../../shared/platform/problem.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';

let azurite: Azurite;
let storage: Storage;
let now = new Date('2026-11-20T12:00:00Z');
const clock = { now: () => now };
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const makeKey = () => makeApiKey(randomBytes(keyEntropyBytes));
const [key, hookKey, unknown] = [makeKey(), makeKey(), makeKey()];

before(async () => {
  azurite = await startAzurite();
  storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  const store = openAccessStore(storage.table(storageNames.access), clock);
  await store.submitters.put({
    name: 'app',
    senders: ['a@contoso.com'],
    networks: ['10.0.0.0/8'],
    disabled: false,
  });
  await store.keys.put({ id: key.id, submitter: 'app', hash: key.hash, createdAt: now });
  await store.keys.put({ id: hookKey.id, submitter: 'app', hook: 'ci', hash: hookKey.hash, createdAt: now });
  const hook = { submitter: 'app', from: 'a@contoso.com', to: ['b@contoso.com'] };
  await store.hooks.put({ ...hook, name: 'ci' });
  await store.hooks.put({ ...hook, name: 'signed', signature: { scheme: 'github', secret: 'CI' } });
});
after(() => azurite.stop());

const silent = () => undefined;
const usesOf = (from: Storage) =>
  openLastUses(openCollection<LastUse>(from.table(storageNames.uses), lastUseKind, silent), clock, silent);

/** One instance of the bridge's front. */
function open() {
  const access = openAccessStore(storage.table(storageNames.access), clock);
  const uses = usesOf(storage);
  const secrets = new Map([['CI', new Secret('shared')]]);
  return { uses, ...openDoorkeeper({ access, uses, clock, certificates: false, secrets }) };
}

const visit = (text: string | undefined, address?: string, path = '/emails'): Visit => ({
  header: (name) => (name === 'authorization' && text !== undefined ? `Bearer ${text}` : undefined),
  path,
  query: new URLSearchParams(),
  clientAddress: address === undefined ? undefined : parseAddress(address),
});
const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);

/** Reads of the register's table since the last time. */
const reads = () => {
  const count = Object.values(azurite.transactionsOf(storageNames.access)).reduce((sum, n) => sum + n, 0);
  azurite.resetTransactions();
  return count;
};

test('a known key costs no look into storage while the picture is fresh', async () => {
  const door = open();
  assert.equal(codeOf(await door.submitter(visit(key.text, '192.0.2.1'), 'submit')), 'ok');
  reads();
  for (let i = 0; i < 50; i++) await door.submitter(visit(key.text, '192.0.2.1'), 'submit');
  assert.equal(reads(), 0);
});

test('whoever guesses is told to wait after ten failures, and has nobody look into storage', async () => {
  const door = open();
  const guess = async (address?: string) => {
    pass(3);
    return await door.submitter(visit(makeKey().text, address), 'submit');
  };
  for (let i = 0; i < 10; i++) assert.equal(codeOf(await guess('192.0.2.7')), 'invalid-api-key');
  reads();
  const eleventh = await guess('192.0.2.7');
  assert.ok(!eleventh.ok);
  assert.equal(eleventh.problem.code, 'too-many-failures');
  const { retryAfterSeconds = 0 } = eleventh.problem;
  assert.ok(retryAfterSeconds > 20 && retryAfterSeconds <= 60, String(retryAfterSeconds));
  for (let i = 0; i < 5; i++) assert.equal(codeOf(await guess('192.0.2.7')), 'too-many-failures');
  assert.ok(reads() <= 1, 'no second look for keys that are not there');

  // A right key from there is taken, others are not concerned, and nothing is held against anybody for long.
  assert.equal(codeOf(await door.submitter(visit(key.text, '192.0.2.7'), 'submit')), 'ok');
  assert.equal(codeOf(await guess('192.0.2.8')), 'invalid-api-key');
  assert.equal(codeOf(await door.submitter(visit(undefined, '10.0.0.1'), 'submit')), 'ok');
  assert.equal(codeOf(await door.submitter(visit(undefined, '192.0.2.7'), 'submit')), 'missing-credentials');
  pass(60);
  assert.equal(codeOf(await guess('192.0.2.7')), 'invalid-api-key');
});

test('all that have no address share one count, and still get in with a right key', async () => {
  const door = open();
  for (let i = 0; i < 12; i++) await door.submitter(visit(unknown.text), 'submit');
  assert.equal(codeOf(await door.submitter(visit(unknown.text), 'submit')), 'too-many-failures');
  assert.equal(codeOf(await door.submitter(visit(key.text), 'submit')), 'ok');
  assert.equal(codeOf(await door.submitter(visit(unknown.text, '192.0.2.9'), 'submit')), 'invalid-api-key');
});

test('guesses at hooks and at signatures count like all others', async () => {
  const door = open();
  const from = '192.0.2.20';
  const hook = await door.hook(visit(hookKey.text, from, '/hooks/ci'), 'ci');
  assert.equal(codeOf(hook), 'ok');
  const signed = await door.hook(visit(undefined, from, '/hooks/signed'), 'signed');
  assert.ok(signed.ok && signed.value.mustSign);
  const body = Buffer.from('{}');
  const forged = visit(undefined, from, '/hooks/signed');
  for (let i = 0; i < 10; i++)
    assert.equal(codeOf(door.signed(forged, signed.value, body)), 'invalid-signature');
  assert.equal(codeOf(door.signed(forged, signed.value, body)), 'too-many-failures');
  assert.equal(codeOf(await door.hook(visit(unknown.text, from, '/hooks/ci'), 'ci')), 'too-many-failures');
  const mac = createHmac('sha256', 'shared').update(body).digest('hex');
  const right = {
    ...forged,
    header: (name: string) => (name === 'x-hub-signature-256' ? `sha256=${mac}` : undefined),
  };
  assert.equal(codeOf(door.signed(right, signed.value, body)), 'ok');
});

test('sources are addresses, and whole /64 networks of IPv6', () => {
  assert.equal(sourceOf(undefined), 'unknown');
  assert.equal(sourceOf(parseAddress('192.0.2.1')), '192.0.2.1');
  assert.equal(sourceOf(parseAddress('2001:db8:1:2:3:4:5:6')), sourceOf(parseAddress('2001:db8:1:2:ffff::')));
  assert.notEqual(sourceOf(parseAddress('2001:db8:1:2::1')), sourceOf(parseAddress('2001:db8:1:3::1')));
});

test('the count of failures does not grow without end', () => {
  const attempts = countAttempts();
  for (let i = 0; i < 10; i++) attempts.failed('first', now);
  assert.equal(attempts.wait('first', now), 60);
  for (let i = 0; i < 10_000; i++) attempts.failed(`source ${i}`, now);
  assert.equal(attempts.wait('first', now), undefined, 'the oldest is forgotten');
  assert.equal(attempts.wait('source 9999', now), undefined);
});

test('the last use is noted once an hour, of keys and of networks', async () => {
  const door = open();
  const [begun, table] = [now, storage.table(storageNames.uses)];
  for (let i = 0; i < 5; i++) await door.submitter(visit(key.text), 'submit');
  await door.submitter(visit(undefined, '10.0.0.1'), 'submit');
  await door.submitter(visit(unknown.text, '192.0.2.50'), 'submit');
  await door.uses.settled();
  const listed = async () =>
    (await door.uses.list())
      .filter(({ keyId }) => keyId !== hookKey.id)
      .map(({ holder, keyId, at }) => `${holder} ${keyId ?? '-'} ${at.toISOString()}`)
      .toSorted();
  const first = [`app ${key.id} ${begun.toISOString()}`, `app - ${begun.toISOString()}`];
  assert.deepEqual(await listed(), first.toSorted());
  pass(3599);
  await door.submitter(visit(key.text), 'submit');
  await door.uses.settled();
  assert.deepEqual(await listed(), first.toSorted());
  pass(1);
  await door.submitter(visit(key.text), 'submit');
  await door.uses.settled();
  assert.ok((await listed()).includes(`app ${key.id} ${now.toISOString()}`));
  // The picture of the register is not made larger by it.
  const rows = await Array.fromAsync(table.listEntities());
  assert.ok(rows.every(({ partitionKey }) => partitionKey === 'use'));
});

test('a use that cannot be noted is nobody’s trouble', async () => {
  const lines: string[] = [];
  const nowhere = openStorage({
    AzureWebJobsStorage: azurite.connectionString.replaceAll(/:\d+\//g, ':9/'),
  });
  const uses = openLastUses(
    openCollection<LastUse>(nowhere.table(storageNames.uses), lastUseKind, silent),
    clock,
    (_level, event) => lines.push(event),
  );
  uses.note('app', key.id);
  await uses.settled();
  assert.deepEqual(lines, ['access.use-not-noted']);
});
