/** Nasty strings through Graph, in both of its forms, and through hooks. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { roundTrip, unhurried } from './round-trip.ts';
import { each, shown } from './stage.ts';
import { nasty } from './vectors/strings.ts';

let world: World;
const hook: Hook = { name: 'ops', submitter: 'app', from: sender, to: ['ops@example.com'] };

before(async () => {
  world = await startWorld(unhurried, {
    before: (storage) => openAccessStore(storage.table(storageNames.access), systemClock).hooks.put(hook),
  });
});
after(() => world.stop());

test('as JSON', async () => {
  const counts = await roundTrip(world);
  assert.ok(counts.text >= nasty.length - 2 && counts.subject > nasty.length * 0.9, JSON.stringify(counts));
  assert.ok(Math.min(...Object.values(counts)) > nasty.length * 0.7, JSON.stringify(counts));
});

test('as MIME', async () => {
  await roundTrip(world, '<p>html</p>');
});

test('as the title of an alert', async () => {
  const ids = new Map<string, string>();
  await each(
    // Half of them, since each costs a letter.
    nasty.filter((_, i) => i % 2 === 0),
    async (title) => {
      const answer = await world.request('POST', '/hooks/ops', {
        title,
        message: `About ${title}`,
        severity: 'error',
      });
      assert.equal(answer.status, 200, `${shown(title)}: ${answer.text}`);
      const status = await world.settled(answer.json.id, ({ status: state }) => state === 'relayed');
      ids.set(title, String((status as { subject?: string }).subject));
    },
    4,
  );
  const mails = await world.mails();
  for (const [title, subject] of ids) {
    // eslint-disable-next-line no-control-regex -- controls are what must not be there
    assert.doesNotMatch(subject, /[\0-\x1f\x7f-\x9f\u2028\u2029]/);
    const arrived = mails.filter(({ parsed }) => parsed.subject === subject);
    assert.ok(arrived.length > 0, `${shown(title)}: no mail with the subject ${shown(subject)}`);
    if (/^[\p{L}\p{N}][\p{L}\p{N}' -]{2,60}$/u.test(title) && !/ {2}/.test(title)) {
      assert.ok(subject.includes(title), `${shown(title)} in ${shown(subject)}`);
    }
    for (const { parsed } of arrived) {
      assert.doesNotMatch(parsed.html ?? '', /<script|onerror=alert\(1\)>|<img src=x|<!\[CDATA/i);
    }
  }
});
