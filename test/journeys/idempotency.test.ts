/**
 * Repeated requests: the same key and body give the same answer and one mail.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

test('a repeated request gets the first answer, and one mail is sent', async () => {
  const send = (key: string) => world.submit({ subject: 'Once' }, { 'idempotency-key': key });
  const first = await send('abc');
  const again = await send('abc');
  const quoted = await send('"abc"');
  assert.equal(first.status, 202);
  assert.equal(first.headers.get('idempotency-replayed'), null);
  for (const repeated of [again, quoted]) {
    assert.equal(repeated.status, 202);
    assert.deepEqual(repeated.json, first.json);
    assert.equal(repeated.headers.get('location'), first.headers.get('location'));
    assert.equal(repeated.headers.get('idempotency-replayed'), 'true');
  }
  await world.settled(first.json.id);
  assert.equal((await world.mails('Once')).length, 1);
});

test('of many at once one makes the message', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => world.submit({ subject: 'Race' }, { 'idempotency-key': 'race' })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
  assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
  assert.equal(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null).length, 1);
  await world.settled(answers[0]?.json.id);
  assert.equal((await world.mails('Race')).length, 1);
});

test('the same key with another body is refused', async () => {
  await world.submit({ subject: 'One' }, { 'idempotency-key': 'reused' });
  const other = await world.submit({ subject: 'Two' }, { 'idempotency-key': 'reused' });
  assert.equal(other.status, 422);
  assert.equal(other.json.code, 'idempotency-key-reused');
});

test('a webhook that is delivered twice is one mail, although its text was written anew', async () => {
  const send = (text: string) => world.submit({ subject: 'Delivered', text }, { 'webhook-id': 'msg_1' });
  const first = await send('At 12:00');
  const again = await send('At 12:01');
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.deepEqual(again.json, first.json);
  await world.settled(first.json.id);
  assert.equal((await world.mails('Delivered')).length, 1);
});

test('without a key every request is a message', async () => {
  const [one, two] = [await world.submit({ subject: 'Twice' }), await world.submit({ subject: 'Twice' })];
  assert.notEqual(one.json.id, two.json.id);
});

test('a large body is not uploaded again for a repeated request', async () => {
  const attachments = [{ filename: 'a.bin', content: Buffer.alloc(900_000, 1).toString('base64') }];
  const send = (subject: string) => world.submit({ subject, attachments }, { 'idempotency-key': 'large' });
  const first = await send('Large once');
  const again = await send('Large once');
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(again.json.id, first.json.id);
  assert.equal((await send('Large twice')).status, 422);
  await world.settled(first.json.id);
  assert.equal((await world.mails('Large once')).length, 1);
  await world.storedUntil(({ blobs }) => blobs === 0);
});

test('keys of one submitter say nothing to another', async () => {
  const { keyedMessageId } = await import('../../shared/submission/idempotency.ts');
  assert.notEqual(keyedMessageId('app', 'k', 0), keyedMessageId('lab', 'k', 0));
  assert.notEqual(keyedMessageId('app', 'k', 0), keyedMessageId('app', 'k', 1));
});
