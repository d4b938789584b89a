/** Limits of a submitter, as its client sees them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({}, { submitter: { limits: { messagesPerMinute: 3, requestsPerSecond: 100 } } });
});
after(() => world.stop());

test('every answer tells what is left, and one too many is refused with the time to wait', async () => {
  const first = await world.submit({ subject: 'One' });
  assert.equal(first.status, 202);
  assert.equal(
    first.headers.get('ratelimit-policy'),
    '"requests";q=1000;w=10, "messages-per-minute";q=3;w=60',
  );
  assert.match(first.headers.get('ratelimit') ?? '', /"messages-per-minute";r=2;t=\d+/);

  // A repetition takes nothing.
  const keyed = { 'idempotency-key': 'once' };
  for (let i = 0; i < 5; i++) assert.equal((await world.submit({ subject: 'Two' }, keyed)).status, 202);

  assert.equal((await world.submit({ subject: 'Three' })).status, 202);
  const { rows } = await world.stored();
  const refused = await world.submit({ subject: 'Four' });
  assert.equal(refused.status, 429);
  assert.equal(refused.json.type, 'https://iana.org/assignments/http-problem-types#quota-exceeded');
  assert.deepEqual(refused.json['violated-policies'], ['messages-per-minute']);
  const wait = Number(refused.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 62, String(wait));
  assert.match(refused.headers.get('ratelimit') ?? '', /"messages-per-minute";r=0/);
  assert.equal((await world.stored()).rows, rows);

  // Asking what became of a message takes no message.
  assert.equal((await world.request('GET', `/emails/${first.json.id}`)).status, 200);
});

test('a batch that is more than the limit says so, and does not say when to come back', async () => {
  const mail = { from: 'alerts@contoso.com', to: 'ops@example.com', subject: 'Many', text: 'x' };
  const refused = await world.request('POST', '/emails/batch', [mail, mail, mail, mail]);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), null);
  assert.match(refused.json.detail, /Send less in one request/);
});
