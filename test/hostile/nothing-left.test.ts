/**
 * No refused request leaves a row, a blob or a queue message: whatever is done to good requests, in the end there is one row for each
 * message that was accepted, and nothing else.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type Answer, type World } from '../journeys/world.ts';
import { requests } from './mutations.ts';
import { unhurried } from './round-trip.ts';
import { each, left, shown } from './stage.ts';

let world: World;
const hook: Hook = { name: 'ops', submitter: 'app', from: sender, to: ['ops@example.com'] };

before(async () => {
  world = await startWorld(unhurried, {
    before: (storage) => openAccessStore(storage.table(storageNames.access), systemClock).hooks.put(hook),
  });
});
after(() => world.stop());

/** Ids of the messages that an answer says were accepted, however it says so. */
function idsIn({ json, headers }: Answer): readonly string[] {
  const several = headers.get('x-postrider-message-ids') ?? headers.get('x-message-id');
  if (several !== null) return several.split(', ');
  const { id, MessageID, data } = json as { id?: string; MessageID?: string; data?: { id: string }[] };
  return data?.map((one) => one.id) ?? [id ?? MessageID ?? ''].filter((one) => one !== '');
}

test('what is refused leaves nothing', { timeout: 480_000 }, async () => {
  const sample = fc.sample(requests, { numRuns: 400, seed: Number(process.env['SEED'] ?? 20_261_128) });
  const ids = new Set<string>();
  let refused = 0;
  for (let start = 0; start < sample.length; start += 40) {
    const some = sample.slice(start, start + 40);
    await each(some, async ({ path, body, headers }) => {
      const answer = await world.request('POST', path, body, headers);
      assert.ok(
        answer.status < 500,
        `${answer.status} for ${shown({ path, headers })}\n${body}\n${answer.text}`,
      );
      if (answer.status >= 300) refused += 1;
      else for (const id of idsIn(answer)) ids.add(id);
    });
    const { messages } = await left(world);
    assert.equal(messages, ids.size, `a row is left of one of these:\n${some.map(shown).join('\n')}`);
  }
  assert.ok(refused > 150 && ids.size > 50, `${refused} were refused, ${ids.size} messages accepted`);
  const idle = { blobs: 0, queue: 0, highQueue: 0, lowQueue: 0, events: 0 };
  // What was accepted is sent meanwhile: as long as that goes on, it is not left.
  let last = '';
  for (let still = 0; ;) {
    const { messages: _, pace: __, ...rest } = await left(world);
    const now = JSON.stringify(rest);
    if (now === JSON.stringify(idle)) break;
    still = now === last ? still + 1 : 0;
    if (still > 100) assert.deepEqual(rest, idle);
    last = now;
    await sleep(200);
  }
  for (const { envelope } of world.microsoft365.store.list()) assert.equal(envelope.from, sender);
});
