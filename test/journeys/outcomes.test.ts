/**
 * What becomes of a message when Microsoft 365 is slow, busy, broken or mistaken. The retry schedule is a second long here.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openOutbox } from '../../shared/outbox/open.ts';
import { replay } from '../../shared/outbox/replay.ts';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_RETRY_SCHEDULE: '1s', POSTRIDER_ATTEMPT_TIMEOUT: '5s' });
  // The first attempt of all loads what sends, which may take longer than an attempt may.
  const { json } = await world.submit({ subject: 'Warm' });
  await world.settled(json.id, relayed);
});
after(() => world.stop());

const relayed = ({ status }: { status: string }) => status === 'relayed';
const names = (events: readonly { event: string }[]) => events.map(({ event }) => event);

test('throttled: waits as long as asked, costs no attempt, and is sent once', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 429, retryAfter: '1.2' });
  const { json } = await world.submit({ subject: 'Throttled' });
  const status = await world.settled(json.id, relayed);
  assert.equal(status.attempts, 1);
  const deferred = status.events.find(({ event }) => event === 'deferred');
  assert.ok(
    deferred?.event === 'deferred' && deferred.fault === 'throttled' && deferred.trace.status === 429,
  );
  assert.ok(new Date(deferred.until).getTime() - new Date(deferred.at).getTime() >= 1200);
  assert.equal((await world.mails('Throttled')).length, 1);
});

test('a passing fault is tried again', async () => {
  world.microsoft365.faults.graph.add({
    kind: 'status',
    status: 503,
    code: 'ErrorServerBusy',
    retryAfter: '1',
  });
  const { json } = await world.submit({ subject: 'Busy' });
  const status = await world.settled(json.id, relayed);
  assert.ok(names(status.events).includes('deferred'));
  assert.equal((await world.mails('Busy')).length, 1);
});

test('202 with Retry-After is sent, not sent again', async () => {
  world.microsoft365.faults.graph.add({ kind: 'accept-with-retry-after', retryAfter: '5' });
  const { json } = await world.submit({ subject: 'Accepted slowly' });
  const status = await world.settled(json.id);
  assert.equal(status.status, 'relayed');
  assert.equal((await world.mails('Accepted slowly')).length, 1);
});

test('an unknown outcome is held when the submitter says so: no second copy', async () => {
  world.microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504, body: 'empty' });
  const { json } = await world.submit({ subject: 'Held', on_unknown: 'hold' });
  const status = await world.settled(json.id);
  assert.equal(status.status, 'unknown');
  const last = status.events.at(-1);
  assert.ok(last?.event === 'unknown' && last.until === undefined && last.trace.status === 504);
  assert.equal((await world.mails('Held')).length, 1);
});

test('a held message is sent when a person decides so', async () => {
  world.microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504, body: 'empty' });
  const { json } = await world.submit({ subject: 'Decided', on_unknown: 'hold' });
  assert.equal((await world.settled(json.id)).status, 'unknown');
  const outbox = openOutbox(world.storage, () => undefined);
  assert.equal(await replay(outbox, json.id, new Date(), 3600), 'done');
  const status = await world.settled(json.id, relayed);
  assert.deepEqual(names(status.events), [
    'accepted',
    'sending',
    'unknown',
    'replayed',
    'sending',
    'relayed',
  ]);
  assert.equal((await world.mails('Decided')).length, 2);
});

test('an unknown outcome is sent again when the submitter prefers a copy to a loss, and says so', async () => {
  world.microsoft365.faults.graph.add({ kind: 'reset-after-accept' });
  const { json } = await world.submit({ subject: 'Repeated', on_unknown: 'retry' });
  const status = await world.settled(json.id, relayed);
  assert.ok(names(status.events).includes('unknown'));
  assert.equal((await world.mails('Repeated')).length, 2);
});

test('a hanging Graph ends the attempt in time, with an unknown outcome', async () => {
  world.microsoft365.faults.graph.add({ kind: 'hang' });
  const { json } = await world.submit({ subject: 'Hanging', on_unknown: 'hold' });
  assert.equal((await world.settled(json.id)).status, 'unknown');
  assert.equal((await world.mails('Hanging')).length, 0);
});

test('what Graph calls invalid fails with its words and stays for a replay', async () => {
  world.microsoft365.faults.graph.add({
    kind: 'status',
    status: 400,
    code: 'ErrorInvalidRecipients',
    message: 'At least one recipient is not valid.',
  });
  const { json } = await world.submit({ subject: 'Invalid' });
  const status = await world.settled(json.id);
  assert.equal(status.status, 'failed');
  const last = status.events.at(-1);
  assert.ok(
    last?.event === 'failed' &&
      last.trace.code === 'ErrorInvalidRecipients' &&
      last.trace.reply?.includes('not valid'),
  );
  assert.equal((await world.mails('Invalid')).length, 0);
});

test('a missing permission waits for the administrator and names what is missing', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 403, code: 'ErrorAccessDenied' });
  const { json } = await world.submit({ subject: 'Denied' });
  const status = await world.settled(json.id);
  assert.equal(status.status, 'deferred');
  const last = status.events.at(-1);
  assert.ok(last?.event === 'deferred' && last.fault === 'configuration');
  assert.match(last.reason, /Mail\.Send/);
  assert.ok(new Date(last.until).getTime() - new Date(last.at).getTime() >= 14 * 60_000);
});

test('an expired token is renewed once, within the attempt', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 401, code: 'InvalidAuthenticationToken' });
  const { json } = await world.submit({ subject: 'Renewed' });
  const status = await world.settled(json.id);
  assert.equal(status.status, 'relayed');
  assert.deepEqual(names(status.events), ['accepted', 'sending', 'relayed']);
});

test('an entry of the queue that names nothing is taken away', async () => {
  const queue = world.storage.queue('postrider-outbox');
  for (const text of ['{"v":1,"message":"01kah000000000000000000000"}', '{"v":9}', 'not json', '']) {
    await queue.sendMessage(Buffer.from(text).toString('base64'));
  }
  const { json } = await world.submit({ subject: 'After nonsense' });
  assert.equal((await world.settled(json.id)).status, 'relayed');
  // Only the message that waits for its permission is left.
  await world.storedUntil(({ entries }) => entries <= 1);
});

test('what the queue gave up on becomes a dead letter with its content kept', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 403, code: 'ErrorAccessDenied' });
  const { json } = await world.submit({ subject: 'Poison' });
  await world.settled(json.id);
  await world.storage.queue('postrider-outbox-poison').createIfNotExists();
  await world.storage
    .queue('postrider-outbox-poison')
    .sendMessage(Buffer.from(JSON.stringify({ v: 1, message: json.id })).toString('base64'));
  const status = await world.settled(json.id, (now) => now.status === 'dead-lettered');
  assert.match(JSON.stringify(status.events.at(-1)), /replay/);
});

test('no log line holds an address, a subject or a secret', () => {
  const all = world.logged.join('\n');
  assert.ok(all.includes('delivery.relayed'), 'something was logged');
  for (const secret of [
    'ops@example.com',
    'alerts@contoso.com',
    'Throttled',
    world.key,
    world.microsoft365.clientSecret,
  ]) {
    assert.ok(!all.includes(secret), secret);
  }
});
