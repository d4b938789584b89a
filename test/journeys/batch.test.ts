import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0' });
});
after(() => world.stop());

const mail = (subject: string, more: Record<string, unknown> = {}) => ({
  from: 'alerts@contoso.com',
  to: 'ops@example.com',
  subject,
  text: 'A text',
  ...more,
});

test('a batch of 100 is accepted by one insert and one doorbell, and every message arrives once', async () => {
  await world.settled((await world.submit({ subject: 'Warm', priority: 'low' })).json.id);
  world.azurite.resetTransactions();
  const batch = Array.from({ length: 100 }, (_, i) => mail(`Batch ${i}`));
  const answer = await world.request('POST', '/emails/batch', batch, { 'idempotency-key': 'a batch' });
  assert.equal(answer.status, 202);
  const ids = (answer.json.data as { id: string }[]).map(({ id }) => id);
  assert.equal(new Set(ids).size, 100);
  const { queue } = world.azurite.transactions();
  assert.equal(queue['PutMessage'], 1);
  for (const id of ids) assert.equal((await world.settled(id)).status, 'relayed');
  for (const i of [0, 57, 99]) assert.equal((await world.mails(`Batch ${i}`)).length, 1);
  assert.equal(world.microsoft365.store.accepted, 101);

  const again = await world.request('POST', '/emails/batch', batch, { 'idempotency-key': 'a batch' });
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.deepEqual(
    (again.json.data as { id: string }[]).map(({ id }) => id),
    ids,
  );
  const other = await world.request('POST', '/emails/batch', batch.slice(1), {
    'idempotency-key': 'a batch',
  });
  assert.equal(other.status, 422);
  assert.equal(other.json.code, 'idempotency-key-reused');
});

test('large contents go into blobs, so that the batch still commits at once', async () => {
  const text = 'x'.repeat(100) + Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('hex');
  const batch = Array.from({ length: 20 }, (_, i) => mail(`Large ${i}`, { text }));
  const answer = await world.request('POST', '/emails/batch', batch);
  assert.equal(answer.status, 202);
  for (const { id } of answer.json.data as { id: string }[]) {
    assert.equal((await world.settled(id)).status, 'relayed');
  }
  const [first] = await world.mails('Large 7');
  assert.equal(first?.parsed.text?.trim(), text);
  await world.storedUntil(({ blobs }) => blobs === 0);
});

test('a hundred messages with much content and much metadata still commit at once', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`name-${i}`, 'x'.repeat(400)]));
  const batch = Array.from({ length: 100 }, (_, i) => {
    const content = Buffer.from(crypto.getRandomValues(new Uint8Array(27_000))).toString('base64');
    return mail(`Full ${i}`, { metadata, attachments: [{ filename: 'a.bin', content }] });
  });
  const { rows } = await world.stored();
  const answer = await world.request('POST', '/emails/batch', batch);
  assert.equal(answer.status, 202, answer.text);
  assert.equal((await world.stored()).rows, rows + 100);
});

test('one faulty message refuses the whole batch, and every pointer says in which message', async () => {
  const { rows } = await world.stored();
  const answer = await world.request('POST', '/emails/batch', [
    mail('Good'),
    mail('Bad', { to: 'nobody' }),
    { subject: 'Worse' },
  ]);
  assert.equal(answer.status, 422);
  const pointers = (answer.json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  assert.ok(pointers.includes('#/1/to') && pointers.includes('#/2/from'), pointers.join());
  for (const body of [[], {}, Array.from({ length: 101 }, () => mail('Many'))]) {
    assert.equal((await world.request('POST', '/emails/batch', body)).status, 422);
  }
  const foreign = await world.request('POST', '/emails/batch', [
    mail('Good'),
    mail('Foreign', { from: 'ceo@contoso.com' }),
  ]);
  assert.equal(foreign.status, 403);
  assert.equal(foreign.json.errors[0].pointer, '#/1/from');
  assert.equal((await world.stored()).rows, rows);
});

test('the faults of all messages are listed, and as many as anybody reads', async () => {
  const { rows } = await world.stored();
  const pointersOf = async (batch: readonly object[]) => {
    const { status, json } = await world.request('POST', '/emails/batch', batch);
    assert.equal(status, 403);
    assert.match(json.detail, /^Something speaks against \d+ messages of this batch/);
    return (json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  };
  const foreign = { from: 'ceo@contoso.com' };
  const later = { scheduled_at: '2099-01-01T00:00:00Z' };
  assert.deepEqual(
    await pointersOf([mail('Good'), mail('A', foreign), mail('B'), mail('C', foreign), mail('D', later)]),
    ['#/1/from', '#/3/from', '#/4/scheduled_at'],
  );
  const many = await pointersOf(Array.from({ length: 100 }, (_, i) => mail(`Many ${i}`, foreign)));
  assert.equal(many.length, 51);
  assert.deepEqual(many.slice(-2), ['#/49/from', '#']);
  assert.equal((await world.stored()).rows, rows);
});
