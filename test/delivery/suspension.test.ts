/**
 * Sending that is suspended, and mode `test`: turns on Azurite and the pretend Microsoft 365, with a clock that the test sets.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { KillSwitch } from '../../shared/access/kill-switch.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import type { HeldRecord, MessageRecord } from '../../shared/outbox/record.ts';
import { replay } from '../../shared/outbox/replay.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { startTurns } from './turn-stage.ts';

const start = new Date('2026-11-20T12:00:00Z');
let now = start;

const { microsoft365, storage, outbox, bridgeWith } = await startTurns({ now: () => now });
const bridge = bridgeWith();
beforeEach(async () => {
  // A day on, so that no picture of the register is fresh.
  now = new Date(now.getTime() + 86_400_000);
  microsoft365.faults.graph.clear();
  await register({});
  for (const { scope } of await access().switches.list()) await access().switches.remove(scope);
});

/** The register as another process writes it: the bridge learns of it within half a minute. */
const access = () => openAccessStore(storage.table(storageNames.access), { now: () => now });
const register = (more: Partial<Submitter>) =>
  access().submitters.put({
    name: 'app',
    senders: ['alerts@contoso.com'],
    networks: [],
    disabled: false,
    ...more,
  });
const stop = (scope: string): KillSwitch => ({ scope, reason: 'a leaked key', thrownAt: now, by: 'desk' });

async function accept(more: Partial<MessageRecord> = {}): Promise<string> {
  const record = exampleRecord(now, more);
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  return record.id;
}
const turn = (id: string) => bridge.deliver({ v: 1, message: id });
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const copies = (id: string) =>
  microsoft365.store.list().filter(({ mime }) => mime.toString().includes(id)).length;
async function row(id: string): Promise<HeldRecord> {
  const record = await outbox.records.get(id);
  assert.ok(record);
  return record;
}
const story = async (id: string) => (await row(id)).events.map(({ event }) => event);

for (const scope of ['all', 'alerts@contoso.com']) {
  test(`a switch for ${scope} holds what has been accepted within half a minute, without costing an attempt`, async () => {
    const [first, second] = [await accept(), await accept()];
    assert.equal(await turn(first), 'relayed');
    await access().switches.put(stop(scope));
    later(30);
    assert.equal(await turn(second), 'paced');
    const held = await row(second);
    assert.equal(held.state, 'deferred');
    assert.equal(held.attempt, 0);
    assert.equal(held.dueAt.getTime(), now.getTime() + 60_000);
    const last = held.events.at(-1);
    assert.ok(last?.event === 'deferred' && last.fault === 'suspended');
    assert.match(last.reason, /^Sending is suspended.*: a leaked key\.$/);
    for (let i = 0; i < 5; i++) {
      later(61);
      assert.equal(await turn(second), 'paced');
    }
    assert.deepEqual(await story(second), ['accepted', 'deferred'], 'it is said once');
    await access().switches.remove(scope);
    later(80);
    assert.equal(await turn(second), 'relayed');
    assert.equal(copies(second), 1);
    assert.equal((await row(second)).attempt, 1);
  });
}

test('the switch of another sender holds nobody else', async () => {
  await access().switches.put(stop('other@contoso.com'));
  assert.equal(await turn(await accept()), 'relayed');
});

test('a long suspension is looked at less often, up to every five minutes', async () => {
  await access().switches.put(stop('all'));
  const id = await accept();
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    assert.equal(await turn(id), 'paced');
    const { dueAt } = await row(id);
    waits.push(Math.round((dueAt.getTime() - now.getTime()) / 1000));
    now = dueAt;
  }
  assert.equal(waits[0], 60);
  assert.equal(waits.at(-1), 300);
});

test('what is suspended expires in its time, waits for a person, and is not sent by a replay either', async () => {
  await access().switches.put(stop('all'));
  const id = await accept({ expiresAt: new Date(now.getTime() + 90_000) });
  assert.equal(await turn(id), 'paced');
  later(61);
  assert.equal(await turn(id), 'paced');
  assert.equal((await row(id)).dueAt.getTime(), (await row(id)).expiresAt.getTime());
  later(30);
  assert.equal(await turn(id), 'expired');
  assert.equal(await replay(outbox, id, now, 3600), 'done');
  assert.equal(await turn(id), 'paced');
  assert.equal(copies(id), 0);
});

const stops: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ['is disabled', () => register({ disabled: true }), /is disabled/],
  ['has expired', () => register({ expiresAt: now }), /expired at/],
  ['is gone', () => access().submitters.remove('app'), /not registered any more/],
];
for (const [what, act, reason] of stops) {
  test(`the queue of a submitter that ${what} stops, and goes on when it is there again`, async () => {
    const id = await accept();
    await act();
    later(30);
    assert.equal(await turn(id), 'paced');
    const last = (await row(id)).events.at(-1);
    assert.match(last?.event === 'deferred' ? last.reason : '', reason);
    await register({});
    later(61);
    assert.equal(await turn(id), 'relayed');
  });
}

test('a quiet time holds what was accepted before it, until its end', async () => {
  const id = await accept();
  const quietUntil = new Date(now.getTime() + 7200_000);
  await register({ quietUntil });
  later(30);
  assert.equal(await turn(id), 'paced');
  assert.equal((await row(id)).dueAt.getTime(), quietUntil.getTime());
  now = quietUntil;
  assert.equal(await turn(id), 'relayed');
});

test('in mode test everything is done but the sending, also by two workers at once', async () => {
  const sent = microsoft365.store.list().length;
  const id = await accept({ mode: 'test' });
  assert.deepEqual((await Promise.all([turn(id), turn(id)])).toSorted(), ['nothing', 'tested']);
  const record = await row(id);
  assert.equal(record.state, 'tested');
  assert.equal(record.content, undefined);
  assert.deepEqual(await story(id), ['accepted', 'tested']);
  const last = record.events.at(-1);
  assert.ok(last?.event === 'tested' && last.transport === 'graph' && last.form === 'sendMail-json');
  assert.ok(last.size > 100);
  assert.equal(microsoft365.store.list().length, sent);
  assert.equal(await turn(id), 'nothing');
});
