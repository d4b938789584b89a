/**
 * The fast path: the message is sent within the call that submits it.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_RETRY_SCHEDULE: '1s', POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0' });
});
beforeEach(() => world.microsoft365.faults.graph.clear());
after(() => world.stop());

const prefer = { prefer: 'respond-async, wait=20' };

test('who would wait learns that the message was relayed, and storage is asked twice for it', async () => {
  await world.submit({ subject: 'Warm' }, prefer);
  world.azurite.resetTransactions();
  const answer = await world.submit({ subject: 'At once' }, { ...prefer, 'idempotency-key': 'once' });
  assert.equal(answer.status, 202);
  assert.equal(answer.json.status, 'relayed');
  assert.equal(answer.headers.get('preference-applied'), 'wait');
  const { table, queue } = world.azurite.transactions();
  assert.equal(table['InsertEntity'], 1);
  assert.equal(table['UpdateEntity'], 1);
  assert.equal(queue['PutMessage'] ?? 0, 0);
  assert.equal((await world.mails('At once')).length, 1);
  const repeated = await world.submit({ subject: 'At once' }, { ...prefer, 'idempotency-key': 'once' });
  assert.equal(repeated.headers.get('idempotency-replayed'), 'true');
  assert.equal((await world.mails('At once')).length, 1);
});

test('what cannot be sent now waits like any other, and is retried', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 503 });
  const answer = await world.submit({ subject: 'Busy' }, prefer);
  assert.equal(answer.json.status, 'deferred');
  const settled = await world.settled(answer.json.id, ({ status }) => status === 'relayed');
  assert.deepEqual(
    settled.events.map(({ event }) => event),
    ['accepted', 'sending', 'deferred', 'sending', 'relayed'],
  );
  assert.equal((await world.mails('Busy')).length, 1);
});

test('a scheduled message goes through the queue; so does one that nobody waits for', async () => {
  const scheduled = await world.submit(
    { subject: 'Later', scheduled_at: new Date(Date.now() + 3_600_000).toISOString() },
    prefer,
  );
  assert.equal(scheduled.json.status, 'accepted');
  assert.equal(scheduled.headers.get('preference-applied'), null);
  const usual = await world.submit({ subject: 'Usual' });
  assert.equal(usual.json.status, 'accepted');
  // RFC 7240 §4.3: no wait at all is wanted, so nothing is left running behind the answer.
  const unwaited = await world.submit({ subject: 'No wait' }, { prefer: 'wait=0' });
  assert.equal(unwaited.json.status, 'accepted');
  // The fault of the next test is for its own mail.
  for (const { json } of [usual, unwaited]) await world.settled(json.id);
});

test('who waits for a second gets the answer then, and the message is sent all the same', async () => {
  world.microsoft365.faults.graph.add({ kind: 'slow', ms: 4000 });
  const answer = await world.submit({ subject: 'Slow' }, { prefer: 'wait=1' });
  assert.equal(answer.json.status, 'sending');
  await world.settled(answer.json.id, ({ status }) => status === 'relayed');
  assert.equal((await world.mails('Slow')).length, 1);
});
