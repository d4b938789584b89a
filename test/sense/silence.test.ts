/** The dead-man's switch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import type { Bridge } from '../../shared/bridge.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { dying, onStage, submitter, type Stage } from './stage.ts';

const set = onStage();
const minute = 60_000;

const ping = { title: 'Backup done' };
const notices = async (stage: Stage, hook: Hook) =>
  (await stage.mails(hook)).filter(({ subject }) => /^\[(?:MISSING|RECOVERED)\]/.test(subject));
const watch = async (stage: Stage, after: number, bridges: readonly Bridge[]) => {
  stage.now += after;
  await Promise.all(bridges.map((bridge) => bridge.watchHooks()));
};

test('a hook says once that no call comes, and once that they come again', async () => {
  const stage = set();
  const bridges = [stage.open(), stage.open()] as const;
  const hook = await stage.register({
    name: 'backup',
    expectEvery: 3600,
    severityRoutes: [{ atLeast: 'critical', to: ['boss@example.com'] }],
  });
  await stage.call(bridges[0], hook, ping);
  for (let i = 0; i < 5; i++) {
    await watch(stage, 58 * minute, bridges);
    await stage.call(bridges[i % 2 ? 0 : 1], hook, { ...ping, run: i });
  }
  assert.deepEqual(await notices(stage, hook), [], 'it was called in time');
  await watch(stage, 74 * minute, bridges);
  assert.deepEqual(await notices(stage, hook), []);
  await watch(stage, 2 * minute, bridges);
  await watch(stage, 300 * minute, bridges);
  const [missing, ...none] = await notices(stage, hook);
  assert.deepEqual(none, []);
  assert.equal(missing?.subject, '[MISSING] No call to the hook "backup" for 1 h 16 min');
  assert.deepEqual(missing?.to, ['boss@example.com']);
  await stage.call(bridges[1], hook, { ...ping, run: 'late' });
  await watch(stage, minute, bridges);
  await watch(stage, minute, bridges);
  const [, recovered, ...more] = await notices(stage, hook);
  assert.deepEqual(more, []);
  assert.equal(recovered?.subject, '[RECOVERED] The hook "backup" is called again');
  assert.deepEqual(recovered?.to, ['boss@example.com']);
  assert.equal(recovered?.references, missing?.references);
  await watch(stage, 100 * minute, bridges);
  assert.equal((await notices(stage, hook)).length, 3, 'and it is watched as before');
});

test('a hook that was never called counts from when it was made or changed', async () => {
  const stage = set();
  const bridges = [stage.open()];
  const made = await stage.register({ name: 'never', expectEvery: 600, createdAt: new Date(stage.now) });
  await watch(stage, 12 * minute, bridges);
  assert.deepEqual(await notices(stage, made), []);
  const changed = await stage.register({ ...made, changedAt: new Date(stage.now) });
  await watch(stage, 11 * minute, bridges);
  assert.deepEqual(await notices(stage, changed), []);
  await watch(stage, 2 * minute, bridges);
  assert.equal((await notices(stage, changed)).length, 1);
});

test('a rehearsal is no sign of life', async () => {
  const stage = set();
  const bridges = [stage.open()] as const;
  const hook = await stage.register({ name: 'tried', expectEvery: 600 });
  await stage.call(bridges[0], hook, ping);
  stage.now += 12 * minute;
  await stage.call(bridges[0], hook, ping, { 'x-postrider-mode': 'test' });
  await watch(stage, minute, bridges);
  assert.equal((await notices(stage, hook)).length, 1);
});

test('a busy hook pays for four notes in the time that it expects a call in', async () => {
  const stage = set();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'busy', expectEvery: 3600 });
  await stage.call(bridge, hook, ping);
  stage.azurite.resetTransactions();
  for (let i = 0; i < 60; i++) {
    stage.now += minute;
    await stage.call(bridge, hook, { ...ping, run: i });
  }
  assert.deepEqual(stage.azurite.transactionsOf('PostriderAlerts'), { GetEntity: 4, UpdateEntity: 4 });
});

test('wherever an instance dies, it is said once', async () => {
  const stage = set();
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 60, 'a pass takes few requests');
      for (const { name } of await stage.access.hooks.list()) await stage.access.hooks.remove(name);
      await stage.forget();
      const hook = await stage.register({ name: `still-${phase}-${requests}`, expectEvery: 60 });
      await stage.call(stage.open(), hook, ping);
      stage.now += 2 * minute;
      const storage = dying(stage.storage, requests, phase);
      await stage
        .open(storage)
        .watchHooks()
        .catch(() => undefined);
      const survivors = [stage.open(), stage.open()];
      await watch(stage, 1000, survivors);
      await watch(stage, 1000, survivors);
      assert.equal((await notices(stage, hook)).length, 1, `died ${phase} request ${requests}`);
      if (!storage.died()) break;
    }
  }
});

test('wherever an instance dies, whoever is told that calls are missing is told that they come again', async () => {
  const stage = set();
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 60, 'a pass takes few requests');
      for (const { name } of await stage.access.hooks.list()) await stage.access.hooks.remove(name);
      await stage.forget();
      const hook = await stage.register({ name: `back-${phase}-${requests}`, expectEvery: 60 });
      await stage.call(stage.open(), hook, ping);
      stage.now += 2 * minute;
      const storage = dying(stage.storage, requests, phase);
      await stage
        .open(storage)
        .watchHooks()
        .catch(() => undefined);
      // A call comes before anybody else has looked.
      stage.now += 1000;
      await stage.call(stage.open(), hook, { ...ping, run: 'again' });
      const survivors = [stage.open(), stage.open()];
      for (let i = 0; i < 3; i++) await watch(stage, 1000, survivors);
      const tags = (await notices(stage, hook)).map(({ subject }) => subject.split(' ')[0]);
      if (tags.length > 0) assert.deepEqual(tags, ['[MISSING]', '[RECOVERED]'], `${phase} ${requests}`);
      if (!storage.died()) break;
    }
  }
});

test('a hook that is made anew for another submitter was called by nobody yet', async () => {
  const stage = set();
  await stage.forget();
  const bridges = [stage.open()] as const;
  await stage.access.submitters.put({ ...submitter, name: 'other' });
  const former = await stage.register({ name: 'handed-on', expectEvery: 600 });
  await stage.call(bridges[0], former, ping);
  await watch(stage, 20 * minute, bridges);
  const told = (await notices(stage, former)).length;
  assert.equal(told, 1);
  const to = ['others@example.com'];
  const createdAt = new Date(stage.now);
  const anew = await stage.register({
    name: 'handed-on',
    submitter: 'other',
    to,
    expectEvery: 600,
    createdAt,
  });
  await watch(stage, minute, bridges);
  await stage.call(bridges[0], anew, ping);
  await watch(stage, minute, bridges);
  assert.equal((await notices(stage, anew)).length, told, 'nothing has recovered that they know of');
  await watch(stage, 13 * minute, bridges);
  assert.deepEqual((await notices(stage, anew)).at(-1)?.to, to);
});

test('a hook that cannot be looked at keeps no other from being missed', async () => {
  const stage = set();
  await stage.forget();
  for (const { name } of await stage.access.hooks.list()) await stage.access.hooks.remove(name);
  const bridge = stage.open();
  const broken = await stage.register({ name: 'a-broken', expectEvery: 600 });
  const hook = await stage.register({ name: 'b-silent', expectEvery: 600 });
  await stage.call(bridge, broken, ping);
  await stage.call(bridge, hook, ping);
  const table = stage.storage.table(storageNames.alerts);
  await table.updateEntity({ partitionKey: 'calls', rowKey: 'a-broken', state: 'no JSON' }, 'Replace');
  stage.now += 20 * minute;
  await assert.rejects(bridge.watchHooks(), SyntaxError);
  assert.equal((await notices(stage, hook)).length, 1);
  await stage.access.hooks.remove('a-broken');
});
