/** Alerts that last: who hears of their end, and reminders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellsEnds } from '../../shared/alerts/ends.ts';
import { adapters } from '../../shared/alerts/registry.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { alertmanager, dying, onStage, submitter, type Stage } from './stage.ts';

const set = onStage();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const subjects = async (stage: Stage, hook: Parameters<Stage['mails']>[0]) =>
  (await stage.mails(hook)).map(({ subject }) => subject);

test('every sender that is known to tell ends has an adapter', () => {
  const names = new Set(['generic', ...adapters.map(({ name }) => name)]);
  assert.deepEqual(
    [...tellsEnds].filter((name) => !names.has(name)),
    [],
  );
});

test('those who were told that it fires are told that it is over', async () => {
  const stage = set();
  const [a, b] = [stage.open(), stage.open()];
  const hook = await stage.register({
    name: 'routes',
    severityRoutes: [
      { atLeast: 'error', to: ['oncall@example.com'] },
      { atLeast: 'critical', to: ['boss@example.com', 'oncall@example.com'] },
    ],
  });
  await stage.call(a, hook, alertmanager('Routed', { severity: 'warning' }));
  stage.now += minute;
  await stage.call(b, hook, alertmanager('Routed', { severity: 'critical' }));
  stage.now += minute;
  await stage.call(a, hook, alertmanager('Routed', { status: 'resolved', severity: 'critical' }));
  stage.now += minute;
  await stage.call(b, hook, alertmanager('Unheard', { status: 'resolved', severity: 'critical' }));
  const mails = await stage.mails(hook);
  assert.deepEqual(
    mails.map(({ to }) => to.toSorted()),
    [
      ['ops@example.com'],
      ['boss@example.com', 'oncall@example.com'],
      ['boss@example.com', 'oncall@example.com', 'ops@example.com'],
      ['ops@example.com'],
    ],
  );
  assert.deepEqual(await stage.lasting('routes'), [], 'and nothing lasts any more');
});

test('the end of what was bad enough for the night does not wait for the morning', async () => {
  const stage = set();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'woken', quietHours: { from: '00:00', to: '23:59' } });
  const isAtOnce = async (...given: Parameters<typeof alertmanager>) => {
    stage.now += minute;
    await stage.call(bridge, hook, alertmanager(...given));
    const mail = (await stage.mails(hook)).at(-1) ?? assert.fail();
    return mail.dueAt.getTime() - mail.acceptedAt.getTime() < 1000;
  };
  assert.equal(await isAtOnce('Woken', { severity: 'critical' }), true);
  assert.equal(await isAtOnce('Woken', { status: 'resolved' }), true);
  assert.equal(await isAtOnce('Asleep', { severity: 'warning' }), false);
  assert.equal(await isAtOnce('Asleep', { status: 'resolved' }), false);
});

test('what fires is told again until it is resolved or acknowledged, once by all instances', async () => {
  const stage = set();
  await stage.forget();
  const bridges = [stage.open(), stage.open(), stage.open()] as const;
  const hook = await stage.register({ name: 'nagging', remindEvery: 3600 });
  const later = async (milliseconds: number) => {
    stage.now += milliseconds;
    await Promise.all(bridges.map((bridge) => bridge.watchHooks()));
    return await subjects(stage, hook);
  };
  const begin = stage.now;
  const started = Math.floor((begin - 10 * minute - Date.UTC(2026, 10, 28, 10)) / 1000);
  await stage.call(bridges[0], hook, alertmanager('Nagging', { at: started }));
  assert.equal((await later(59 * minute)).length, 1);
  const all = await later(minute);
  assert.equal(all.length, 2);
  assert.match(all[1] ?? '', /^\[FIRING\] Nagging \(still, since 1 h 10 min\) – db-01$/);
  assert.equal((await later(30 * minute)).length, 2);
  assert.equal((await later(30 * minute)).length, 3);
  const [first, second] = await stage.mails(hook);
  assert.equal(first?.references, second?.references);
  assert.match(second?.text ?? '', /neither resolved\s+nor acknowledged/);
  await stage.call(bridges[1], hook, alertmanager('Nagging', { status: 'resolved' }));
  assert.equal((await later(5 * hour)).length, 4);
});

test('nothing is told again that only happened, is not bad, or has no end to hear of', async () => {
  const stage = set();
  await stage.forget();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'spared', remindEvery: 60 });
  await stage.call(bridge, hook, alertmanager('Mild', { severity: 'info' }));
  await stage.call(bridge, hook, {
    object_kind: 'pipeline',
    object_attributes: { id: 1, status: 'failed', ref: 'main' },
    project: { path_with_namespace: 'a/b', web_url: 'https://gitlab.example.com/a/b' },
  });
  await stage.call(bridge, hook, { title: 'No thread', severity: 'critical', status: 'firing' });
  const before = await subjects(stage, hook);
  assert.equal(before.length, 3, before.join('\n'));
  stage.now += hour;
  await bridge.watchHooks();
  assert.deepEqual(await subjects(stage, hook), before);
});

test('reminders at night become one in the morning, and many at once are one mail', async () => {
  const stage = set();
  await stage.forget();
  const bridge = stage.open();
  const quietHours = { from: '22:00', to: '07:00' };
  stage.now = Date.UTC(2026, 11, 1, 21);
  const hook = await stage.register({ name: 'nightly', remindEvery: 3600, quietHours });
  for (let i = 0; i < 4; i++) await stage.call(bridge, hook, alertmanager('Nightly', { instance: `n${i}` }));
  for (
    stage.now = Date.UTC(2026, 11, 1, 22, 30);
    stage.now <= Date.UTC(2026, 11, 2, 7, 1);
    stage.now += 10 * minute
  )
    await bridge.watchHooks();
  await bridge.watchHooks();
  const reminders = (await stage.mails(hook)).slice(4);
  assert.equal(reminders.length, 1);
  assert.match(reminders[0]?.subject ?? '', /^\[FIRING\] \(4\) 4 alerts are still firing/);
  assert.ok((reminders[0]?.acceptedAt.getTime() ?? 0) >= Date.UTC(2026, 11, 2, 7));
});

test('an alert of which nothing is heard for a week is told for the last time, and forgotten', async () => {
  const stage = set();
  await stage.forget();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'forgotten', remindEvery: 86_400 });
  await stage.call(bridge, hook, alertmanager('Forgotten'));
  for (let i = 0; i < 9 * 24; i += 4) {
    stage.now += 4 * hour;
    await bridge.watchHooks();
  }
  const mails = await stage.mails(hook);
  assert.equal(mails.length, 8, 'seven reminders');
  assert.match(mails.at(-1)?.text ?? '', /last\s+reminder/);
  assert.doesNotMatch(mails.at(-2)?.text ?? '', /last\s+reminder/);
  assert.deepEqual(await stage.rows('open-forgotten'), []);
  assert.ok(stage.now > day);
});

test('reminders that may not be sent do not pile up', async () => {
  const stage = set();
  await stage.forget();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'barred', remindEvery: 3600 });
  await stage.call(bridge, hook, alertmanager('Barred'));
  await stage.access.submitters.put({ ...submitter, disabled: true });
  for (let i = 0; i < 5; i++) {
    stage.now += hour;
    await bridge.watchHooks();
  }
  assert.equal((await stage.mails(hook)).length, 1);
  await stage.access.submitters.put(submitter);
  for (let i = 0; i < 3; i++) {
    stage.now += minute;
    await bridge.watchHooks();
  }
  const all = await subjects(stage, hook);
  assert.equal(all.length, 2, all.join('\n'));
  assert.match(all[1] ?? '', /still, since/);
});

test('a reminder that waits is not sent when its hook tells no reminders any more', async () => {
  const stage = set();
  await stage.forget();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'unreminded', remindEvery: 3600 });
  await stage.call(bridge, hook, alertmanager('Unreminded'));
  await stage.access.submitters.put({ ...submitter, disabled: true });
  stage.now += hour;
  await bridge.watchHooks();
  assert.equal((await stage.rows('open-unreminded.app mail-')).length, 1);
  await stage.access.submitters.put(submitter);
  await stage.register({ name: hook.name, severityRoutes: [] });
  await bridge.watchHooks();
  assert.equal((await stage.mails(hook)).length, 1);
  assert.deepEqual(await stage.rows('open-unreminded.app mail-'), []);
});

/** One call about several alerts. */
const body = (first: number, count: number) => {
  const one = alertmanager('Many');
  const alerts = Array.from({ length: count }, (_, i) =>
    one.alerts.map((alert) => ({ ...alert, fingerprint: `f-${first + i}` })),
  );
  return { ...one, groupKey: `{}:{part="${first}"}`, alerts: alerts.flat() };
};

test('a hook remembers 500 alerts, and forgets first what it has heard nothing of for longest', async () => {
  const stage = set();
  await stage.forget();
  const logged: unknown[] = [];
  const bridge = stage.open(stage.storage, (_, event, facts) => logged.push([event, facts]));
  const hook = await stage.register({ name: 'many', remindEvery: day / 1000 });
  for (let first = 0; first < 520; first += 40) {
    stage.now += minute;
    await stage.call(bridge, hook, body(first, 40));
  }
  assert.equal((await stage.rows('open-many')).length, 520);
  // The oldest is told of again, and is no longer among those that were heard of least.
  stage.now += hour;
  await stage.call(bridge, hook, body(0, 1));
  const known = new Map((await stage.rows('open-many')).map((row) => [row, true]));
  await bridge.watchHooks();
  await bridge.watchHooks();
  const left = (await stage.rows('open-many')).filter((row) => !row.includes(' mail-'));
  assert.equal(left.length, 500);
  assert.ok(left.every((row) => known.has(row)));
  assert.deepEqual(logged, [['hook.alerts-forgotten', { hook: 'many', count: 20 }]]);
  const { openAlertLedger } = await import('../../shared/sense/ledger.ts');
  const rows = await openAlertLedger(stage.storage.table(storageNames.alerts)).list('open-many.app');
  const heard = [...rows.values()].map(({ state }) => (JSON.parse(state) as { heard: number }).heard);
  assert.equal(heard.filter((at) => at === Math.max(...heard)).length, 1, 'the first one was heard of last');
  assert.equal(heard.filter((at) => at === Math.min(...heard)).length, 19, 'and those beside it are gone');
});

test('wherever an instance dies, a reminder is sent once', async () => {
  const stage = set();
  await stage.forget();
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 60, 'a pass takes few requests');
      const hook = await stage.register({ name: `die-${phase}-${requests}`, remindEvery: 3600 });
      await stage.call(stage.open(), hook, alertmanager('Dying'));
      stage.now += hour;
      const storage = dying(stage.storage, requests, phase);
      await stage
        .open(storage)
        .watchHooks()
        .catch(() => undefined);
      const survivors = [stage.open(), stage.open()];
      for (let i = 0; i < 2; i++) await Promise.all(survivors.map((bridge) => bridge.watchHooks()));
      const all = await subjects(stage, hook);
      assert.equal(all.length, 2, `died ${phase} request ${requests}: ${all.join(', ')}`);
      await stage.forget();
      await stage.access.hooks.remove(hook.name);
      if (!storage.died()) break;
    }
  }
});
