/**
 * A submitter whose repetitions carry no key: the same body counts once in a time.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({}, { submitter: { dedupeWindow: 3600 } });
});
after(() => world.stop());

test('the same body twice is one mail, another body another one', async () => {
  const first = await world.submit({ subject: 'Battery low' });
  const again = await world.submit({ subject: 'Battery low' });
  const other = await world.submit({ subject: 'Battery low', text: 'Lower' });
  assert.deepEqual(again.json, first.json);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(other.headers.get('idempotency-replayed'), null);
  for (const { json } of [first, other]) await world.settled(json.id);
  assert.equal((await world.mails('Battery low')).length, 2);
});
