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
    assert.deepEqual(await stage.rows('open-'), [], point);
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
  assert.deepEqual(await stage.rows('open-'), []);
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
  assert.deepEqual(await stage.rows('open-'), []);
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
