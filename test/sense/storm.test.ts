/** Storm control: two bridges, one storage, and a clock that the test sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bridge } from '../../shared/bridge.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { alertmanager, dying, onStage, slow, submitter, type Stage } from './stage.ts';

const set = onStage();
const storm = { after: 2, within: 300 };
const minutes = 60_000;

const watchers = async (...bridges: readonly Bridge[]) => {
  await Promise.all(bridges.map((bridge) => bridge.watchHooks()));
};

/** A hook in a storm: two mails have gone, and as many calls are held as wanted. */
async function stormy(stage: Stage, name: string, held: number): Promise<{ hook: Hook; bridge: Bridge }> {
  const hook = await stage.register({ name, storm });
  const bridge = stage.open();
  for (let i = 0; i < 2 + held; i++) {
    stage.now += 1000;
    const { kind } = await stage.call(bridge, hook, alertmanager(`Alert${i}`));
    assert.equal(kind, i < 2 ? 'accepted' : 'held');
  }
  return { hook, bridge };
}

test('the first mails of a window go at once, the others become one digest at its end', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'calm', storm });
  const [a, b] = [stage.open(), stage.open()];
  for (let i = 0; i < 6; i++) {
    stage.now += 10_000;
    await stage.call(i % 2 ? a : b, hook, alertmanager('DiskFull', { instance: `db-0${i}` }));
  }
  await stage.call(a, hook, alertmanager('DiskFull', { instance: 'db-05', status: 'resolved' }));
  await watchers(a, b);
  assert.equal((await stage.mails(hook)).length, 2, 'not before its end');
  stage.now += 5 * minutes;
  await watchers(a, b);
  stage.now += minutes;
  await watchers(a, b);
  const [, , digest, ...more] = await stage.mails(hook);
  assert.deepEqual(more, []);
  assert.match(digest?.subject ?? '', /^\[FIRING\] 5 alerts in 30 s: DiskFull/);
  assert.match(
    digest?.text ?? '',
    /4 × firing +DiskFull \(warning\)\n +first .* at db-02\n +last .* at db-05/,
  );
  assert.match(digest?.text ?? '', /1 × resolved/);
  assert.match(digest?.text ?? '', /Firing at the end:/);
  assert.doesNotMatch((digest?.text ?? '').split('Firing at the end:')[1]?.split('\n\n')[0] ?? '', /db-05/);
  assert.match(digest?.references ?? '', /^<alert-/);
});

test('calls at the same moment on two instances let no more through', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'burst', storm });
  const bridges = [stage.open(), stage.open()] as const;
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      stage.call(bridges[i % 2 ? 0 : 1], hook, alertmanager('Burst', { instance: `n${i}` })),
    ),
  );
  assert.equal(outcomes.filter(({ kind }) => kind === 'accepted').length, 2);
  stage.now += 6 * minutes;
  await watchers(...bridges, ...bridges);
  await watchers(...bridges);
  const mails = await stage.mails(hook);
  assert.equal(mails.length, 3);
  assert.match(mails.map(({ subject }) => subject).join('\n'), /28 alerts/);
});

test('a storm lasts while more comes than would be let through, and ends', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'lasting', 3);
  stage.now += 5 * minutes;
  await watchers(bridge);
  for (let i = 0; i < 2; i++) {
    const { kind } = await stage.call(bridge, hook, alertmanager(`Second${i}`));
    assert.equal(kind, 'held', 'the next window holds everything');
  }
  stage.now += 6 * minutes;
  await watchers(bridge);
  const { kind } = await stage.call(bridge, hook, alertmanager('After'));
  assert.equal(kind, 'accepted');
  const mails = await stage.mails(hook);
  assert.deepEqual(
    mails.slice(2).map(({ subject }) => subject.replace(/: .*/, '')),
    ['[FIRING] 3 alerts in 2 s', '[FIRING] 2 alerts in 1 s', '[FIRING] After – db-01'],
  );
  assert.equal(mails[2]?.references, mails[3]?.references, 'the digests of a storm stand together');
});

test('what is worse than anything told so far does not wait', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'alarming', 1);
  const kinds = [];
  for (const severity of ['warning', 'critical', 'critical', 'error'])
    kinds.push((await stage.call(bridge, hook, alertmanager('Worse', { severity }))).kind);
  assert.deepEqual(kinds, ['held', 'accepted', 'held', 'held']);
});

test('a sender that repeats a call is held once, and what went at once is not held', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'repeated', 0);
  const passed = await stage.call(bridge, hook, alertmanager('Alert0', { at: 0 }));
  assert.equal(passed.kind, 'held', 'another delivery');
  const again = alertmanager('Held');
  await stage.call(bridge, hook, again);
  await stage.call(stage.open(), hook, again);
  stage.now += 6 * minutes;
  await watchers(bridge);
  assert.match((await stage.mails(hook)).at(-1)?.subject ?? '', /2 alerts/);
});

const writesHeld = ({ method, url }: { method: string; url: string }) =>
  method === 'POST' && url.includes(storageNames.alerts);

test('calls that come late to a storm, one after another, are each in a digest', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'late', 1);
  const slowly = [slow(stage.storage, writesHeld), slow(stage.storage, writesHeld)];
  const calls = slowly.map((storage, i) => stage.call(stage.open(storage), hook, alertmanager(`Late${i}`)));
  await Promise.all(slowly.map(({ reached }) => reached));
  stage.now += 6 * minutes;
  await watchers(bridge);
  for (const [i, { release }] of slowly.entries()) {
    release();
    assert.equal((await calls[i])?.kind, 'held');
    stage.now += 1000;
    await watchers(bridge);
  }
  const subjects = (await stage.mails(hook)).map(({ subject }) => subject.replace(/ in .*?:/, ':'));
  assert.deepEqual(
    subjects.slice(2).map((subject) => subject.replace(/ –.*/, '')),
    ['[FIRING] 1 alert: Alert2', '[FIRING] 1 alert: Late0', '[FIRING] 1 alert: Late1'],
  );
});

test('a digest that is refused waits, and is sent when it may be', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'barred', 2);
  await stage.access.submitters.put({ ...submitter, disabled: true });
  stage.now += 6 * minutes;
  await watchers(bridge);
  assert.equal((await stage.mails(hook)).length, 2);
  assert.equal((await stage.rows('storm-barred.app digest-')).length, 1);
  await stage.access.submitters.put(submitter);
  stage.now += 1 * minutes;
  await watchers(bridge);
  assert.equal((await stage.mails(hook)).length, 3);
  assert.deepEqual(await stage.rows('storm-barred.app digest-'), []);
});

test('a hook that has no storm control any more gives back what it holds', async () => {
  const stage = set();
  const { bridge } = await stormy(stage, 'changed', 2);
  const hook = await stage.register({ name: 'changed' });
  await watchers(bridge);
  assert.equal((await stage.mails(hook)).length, 3);
});

test('a hook that is disabled tells what it holds', async () => {
  const stage = set();
  const { bridge } = await stormy(stage, 'disabled', 2);
  const hook = await stage.register({ name: 'disabled', storm, disabled: true });
  stage.now += 6 * minutes;
  await watchers(bridge);
  assert.match((await stage.mails(hook)).at(-1)?.subject ?? '', /2 alerts/);
});

test('what a hook held that is gone is told to those it wrote to, at its time', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'gone', 3);
  await stage.access.hooks.remove(hook.name);
  stage.now += minutes;
  await watchers(bridge);
  assert.equal((await stage.mails(hook)).length, 2, 'not before its end');
  stage.now += 5 * minutes;
  await watchers(bridge, stage.open());
  const [, , digest, ...more] = await stage.mails(hook);
  assert.deepEqual(more, []);
  assert.match(digest?.subject ?? '', /3 alerts/);
  assert.deepEqual(digest?.to, ['ops@example.com']);
  // A day after its last window nothing is left of it.
  for (let days = 0; days < 2; days++) {
    stage.now += 25 * 60 * minutes;
    await watchers(bridge);
  }
  assert.deepEqual(await stage.rows('storm-gone.'), []);
});

test('a hook that is made anew for another submitter tells nothing that the former one held', async () => {
  const stage = set();
  const { hook, bridge } = await stormy(stage, 'anew', 3);
  await stage.access.submitters.put({ ...submitter, name: 'other' });
  const anew = await stage.register({ name: 'anew', storm, submitter: 'other', to: ['others@example.com'] });
  assert.equal(
    (await stage.call(bridge, anew, alertmanager('Anew'))).kind,
    'accepted',
    'no storm of its own',
  );
  stage.now += 6 * minutes;
  await watchers(bridge);
  const mails = await stage.mails(hook);
  assert.deepEqual(
    mails.slice(2).map(({ subject, to }) => `${subject.replace(/:.*| –.*/, '')} ${to.join()}`),
    ['[FIRING] Anew others@example.com', '[FIRING] 3 alerts in 2 s ops@example.com'],
  );
});

test('what nobody may be told any more is dropped with a word about it, and not before that is certain', async () => {
  const stage = set();
  const logged: unknown[] = [];
  const { hook } = await stormy(stage, 'dropped', 3);
  const bridge = stage.open(stage.storage, (level, event, facts) => logged.push([level, event, facts]));
  await stage.access.hooks.remove(hook.name);
  await stage.access.switches.put({
    scope: 'all',
    reason: 'a test',
    thrownAt: new Date(stage.now),
    by: 'test',
  });
  stage.now += 6 * minutes;
  await watchers(bridge);
  assert.equal((await stage.rows('storm-dropped.app digest-')).length, 1, 'a switch is reset some day');
  await stage.access.switches.remove('all');
  await stage.access.submitters.put({ ...submitter, disabled: true });
  stage.now += minutes;
  await watchers(bridge);
  await stage.access.submitters.put(submitter);
  const dropped = logged.filter((line) => JSON.stringify(line).includes('alerts-dropped'));
  assert.match(
    JSON.stringify(dropped),
    /^\[\["error","hook.alerts-dropped",\{"hook":"dropped","submitter":"app","count":3,"code":"submitter-disabled",/,
  );
  assert.equal(dropped.length, 1);
  assert.deepEqual(await stage.rows('storm-dropped.app digest-'), []);
  assert.equal((await stage.mails(hook)).length, 2);
});

test('the digest goes to everybody who would have got one of its mails', async () => {
  const stage = set();
  const hook = await stage.register({
    name: 'routed',
    storm: { after: 0, within: 60 },
    severityRoutes: [{ atLeast: 'critical', to: ['boss@example.com'] }],
  });
  const bridge = stage.open();
  // The first critical one does not wait.
  for (const severity of ['critical', 'critical', 'warning'])
    await stage.call(bridge, hook, alertmanager(`Routed-${severity}`, { severity }));
  stage.now += 2 * minutes;
  await watchers(bridge);
  const mails = await stage.mails(hook);
  assert.deepEqual(
    mails.map(({ to }) => to.toSorted()),
    [['boss@example.com'], ['boss@example.com', 'ops@example.com']],
  );
});

test('wherever an instance dies, each alert is in one digest', async () => {
  const stage = set();
  let points = 0;
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 60, 'a pass takes few requests');
      const { hook } = await stormy(stage, `crash-${phase}-${requests}`, 3);
      stage.now += 6 * minutes;
      const storage = dying(stage.storage, requests, phase);
      await stage
        .open(storage)
        .watchHooks()
        .catch(() => undefined);
      const survivors = [stage.open(), stage.open()];
      await watchers(...survivors);
      stage.now += 1000;
      await watchers(...survivors);
      const digests = (await stage.mails(hook)).slice(2);
      assert.deepEqual(
        digests.map(({ subject }) => subject.replace(/: .*/, '')),
        ['[FIRING] 3 alerts in 2 s'],
        `died ${phase} request ${requests}`,
      );
      assert.equal((await stage.rows(hook.name)).length, 2, 'only state and hook are left');
      // What is left of this hook must not cost the next one requests, or there would be no end of points.
      await stage.forget();
      if (!storage.died()) break;
      points++;
    }
  }
  assert.ok(points > 10, `${points} points`);
});
