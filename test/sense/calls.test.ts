/** Calls of hooks on instances that die, or meet others: nothing is lost, and nothing is told twice to whoever repeats a call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { alertmanager, dying, onStage, slow, type Stage } from './stage.ts';

const set = onStage();
const minute = 60_000;
const hour = 60 * minute;
const oncall = ['oncall@example.com'];
const severityRoutes = [{ atLeast: 'critical', to: oncall }] as const;

/** Runs a play for every request of a call at which its instance may die, before the request has any effect and after it. */
async function everyDeath(
  title: string,
  more: Partial<Hook>,
  play: (stage: Stage, hook: Hook, point: string) => Promise<void>,
  before: (stage: Stage, hook: Hook) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const stage = set();
  let points = 0;
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 60, 'a call takes few requests');
      const name = `${title}-${phase}-${requests}`;
      const hook = await stage.register({ name, severityRoutes, remindEvery: 3600, ...more });
      await before(stage, hook);
      const storage = dying(stage.storage, requests, phase);
      await stage
        .call(stage.open(storage), hook, alertmanager('Dying', { severity: 'critical', at: 1 }))
        .catch(() => undefined);
      await play(stage, hook, `died ${phase} request ${requests}`);
      await stage.forget();
      await stage.access.hooks.remove(name);
      if (!storage.died()) break;
      points++;
    }
  }
  assert.ok(points > 6, `${points} points`);
}

const again = () => alertmanager('Dying', { severity: 'critical', at: 1 });
const ended = () => alertmanager('Dying', { severity: 'critical', at: 1, status: 'resolved' });

test('wherever an instance dies in a call, the sender that repeats it has one mail made', async () => {
  await everyDeath('repeated', {}, async (stage, hook, point) => {
    const survivor = stage.open();
    await stage.call(survivor, hook, again());
    await stage.call(survivor, hook, ended());
    const mails = await stage.mails(hook);
    assert.deepEqual(
      mails.map(({ subject, to }) => `${subject.slice(0, 7)} ${to.join()}`),
      ['[FIRING oncall@example.com', '[RESOLV oncall@example.com'],
      point,
    );
    assert.deepEqual(await stage.lasting(), [], point);
  });
});

test('wherever an instance dies in a call that nobody repeats, what was told is remembered', async () => {
  await everyDeath('unrepeated', {}, async (stage, hook, point) => {
    const survivor = stage.open();
    const told = (await stage.mails(hook)).length;
    const remembered = (await stage.rows('open-')).length;
    assert.ok(told <= remembered, `${point}: ${told} told, ${remembered} remembered`);
    // Whatever is remembered is told by a reminder, and its end to the same people.
    stage.now += hour;
    await survivor.watchHooks();
    await stage.call(survivor, hook, ended());
    const mails = await stage.mails(hook);
    assert.equal(mails.length, told + remembered + 1, point);
    if (remembered > 0) assert.deepEqual(mails.at(-1)?.to, oncall, point);
  });
});

test('wherever an instance dies in a call that is held, the digest counts it once', async () => {
  await everyDeath(
    'held',
    { storm: { after: 0, within: 600 } },
    async (stage, hook, point) => {
      const survivor = stage.open();
      await stage.call(survivor, hook, again());
      await stage.call(survivor, hook, again());
      stage.now += 11 * minute;
      await survivor.watchHooks();
      const subjects = (await stage.mails(hook)).map(({ subject }) => subject.replace(/ in .*/, ''));
      assert.deepEqual(subjects, ['[FIRING] First – db-01', '[FIRING] 1 alert'], point);
    },
    // The first critical call of a storm does not wait.
    (stage, hook) => stage.call(stage.open(), hook, alertmanager('First', { severity: 'critical', at: 2 })),
  );
});

const insertsMail = ({ method, url }: { method: string; url: string }) =>
  method === 'POST' && url.includes(storageNames.messages);

test('an alert that is over before its beginning has been told on another instance is over', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'overtaken', severityRoutes, remindEvery: 3600 });
  const slowly = slow(stage.storage, insertsMail);
  const beginning = stage.call(stage.open(slowly), hook, again());
  await slowly.reached;
  const other = stage.open();
  await stage.call(other, hook, ended());
  slowly.release();
  await beginning;
  assert.deepEqual(await stage.lasting(), []);
  const mails = await stage.mails(hook);
  assert.deepEqual(
    mails.map(({ to }) => to),
    [oncall, oncall],
  );
});

test('an alert that begins while its end is being told elsewhere is not told of for ever', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'crossed', remindEvery: 3600 });
  const slowly = slow(stage.storage, insertsMail);
  const end = stage.call(stage.open(slowly), hook, ended());
  await slowly.reached;
  await stage.call(stage.open(), hook, again());
  slowly.release();
  await end;
  assert.deepEqual(await stage.lasting(), []);
});

const insertsMemory = ({ method, url }: { method: string; url: string }) =>
  method === 'POST' && url.includes(storageNames.alerts);

test('of two calls about one alert at the same moment both are remembered', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'crowded', severityRoutes, remindEvery: 3600 });
  const slowly = slow(stage.storage, insertsMemory);
  const critical = stage.call(stage.open(slowly), hook, again());
  await slowly.reached;
  const other = stage.open();
  await stage.call(other, hook, alertmanager('Dying', { at: 7 }));
  slowly.release();
  await critical;
  await stage.call(other, hook, ended());
  const end = (await stage.mails(hook)).at(-1);
  assert.deepEqual(end?.to.toSorted(), ['oncall@example.com', 'ops@example.com']);
});

/** Ways in which a beginning meets its end, which is told and written down while an instance is about to write the beginning. */
const meetings: readonly (readonly [string, (stage: Stage, hook: Hook) => Promise<unknown>, string])[] = [
  ['nobody knows of it yet', () => Promise.resolve(), 'POST'],
  [
    'it is known from an earlier call',
    (stage, hook) => stage.call(stage.open(), hook, alertmanager('Dying', { severity: 'warning', at: 1 })),
    'PUT',
  ],
];
for (const [what, before, method] of meetings) {
  test(`an alert whose end overtakes its beginning is over, where ${what}`, async () => {
    const stage = set();
    await stage.forget();
    const hook = await stage.register({ name: `passed-${method}`, severityRoutes, remindEvery: 3600 });
    await before(stage, hook);
    const slowly = slow(
      stage.storage,
      (request) => request.method === method && request.url.includes(storageNames.alerts),
    );
    const beginning = stage.call(stage.open(slowly), hook, again());
    await slowly.reached;
    await stage.call(stage.open(), hook, ended());
    slowly.release();
    await beginning;
    assert.deepEqual(await stage.lasting(), []);
    const told = (await stage.mails(hook)).length;
    const other = stage.open();
    for (let i = 0; i < 3; i++) {
      stage.now += hour;
      await other.watchHooks();
    }
    assert.equal((await stage.mails(hook)).length, told, 'nobody is reminded of it');
    assert.deepEqual(await stage.rows('open-'), [], 'and nothing of it is kept for long');
  });
}

test('an alert that fires again while its end is being told elsewhere still fires', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'again', severityRoutes, remindEvery: 3600 });
  const slowly = slow(stage.storage, insertsMail);
  const end = stage.call(stage.open(slowly), hook, ended());
  await slowly.reached;
  // Its end was at 10:30; this begins after it.
  await stage.call(stage.open(), hook, alertmanager('Dying', { severity: 'critical', at: 2400 }));
  slowly.release();
  await end;
  assert.equal((await stage.lasting()).length, 1);
});

test('an alert that fires again after its end is told of again, and its end goes to whom that went', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'flapping', severityRoutes, remindEvery: 3600 });
  const bridge = stage.open();
  await stage.call(bridge, hook, again());
  await stage.call(bridge, hook, ended());
  await stage.call(bridge, hook, alertmanager('Dying', { at: 9 }));
  assert.equal((await stage.lasting()).length, 1);
  stage.now += minute;
  const later = { status: 'resolved', severity: 'critical', at: 9, endsAt: '2026-11-28T10:50:00Z' };
  await stage.call(bridge, hook, alertmanager('Dying', later));
  assert.deepEqual((await stage.mails(hook)).at(-1)?.to, ['ops@example.com']);
});

test('a beginning that comes again after an end that came before it, as from a queue, does not last', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'queued', severityRoutes, remindEvery: 3600 });
  const bridge = stage.open();
  await stage.call(bridge, hook, ended());
  await stage.call(bridge, hook, again());
  assert.deepEqual(await stage.lasting(), []);
});

test('an end that is told once more goes to whom it went, though it is over by then', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'repeated-end', severityRoutes, remindEvery: 3600 });
  const bridge = stage.open();
  await stage.call(bridge, hook, again());
  const mild = alertmanager('Dying', { status: 'resolved', at: 1 });
  await stage.call(bridge, hook, mild);
  await stage.call(bridge, hook, { ...mild, receiver: 'also-ops' });
  assert.deepEqual(
    (await stage.mails(hook)).map(({ to }) => to),
    [oncall, oncall, oncall],
  );
});

/** What PagerDuty says of an incident. */
const event = (type: string, at: string) => ({
  event: {
    id: `01${type}`,
    event_type: `incident.${type}`,
    resource_type: 'incident',
    occurred_at: at,
    data: {
      id: 'PGR0VU2',
      type: 'incident',
      number: 2,
      status: type,
      title: 'A little bump in the road',
      created_at: '2026-11-28T10:00:00Z',
      urgency: 'high',
      html_url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
      service: { summary: 'API Service' },
    },
  },
});

test('what is looked after before its beginning has come in is not told again', async () => {
  const stage = set();
  await stage.forget();
  const hook = await stage.register({ name: 'looked-after', remindEvery: 3600 });
  const slowly = slow(stage.storage, insertsMemory);
  const beginning = stage.call(stage.open(slowly), hook, event('triggered', '2026-11-28T10:00:00Z'));
  await slowly.reached;
  const bridge = stage.open();
  const looked = await stage.call(bridge, hook, event('acknowledged', '2026-11-28T10:01:00Z'));
  assert.ok(looked.kind === 'accepted' && looked.group.alerts[0]?.state === 'acknowledged');
  slowly.release();
  await beginning;
  const told = (await stage.mails(hook)).length;
  stage.now += 2 * hour;
  await bridge.watchHooks();
  assert.equal((await stage.mails(hook)).length, told);
  assert.equal((await stage.lasting()).length, 1, 'its end goes to whom it was told');
});
