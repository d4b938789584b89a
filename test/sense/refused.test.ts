/** Calls of hooks whose mail is refused: nobody has been told, and nothing says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { alertmanager, onStage, slow, type Stage } from './stage.ts';

const set = onStage();
const minute = 60_000;
const hour = 60 * minute;
const oncall = ['oncall@example.com'];
const severityRoutes = [{ atLeast: 'critical', to: oncall }] as const;

const stop = async (stage: Stage) => {
  const thrownAt = new Date(stage.now);
  await stage.access.switches.put({ scope: 'all', reason: 'a test', thrownAt, by: 'test' });
  stage.now += minute;
};
const go = async (stage: Stage) => {
  await stage.access.switches.remove('all');
  stage.now += minute;
};
const begun = alertmanager('Refused', { severity: 'critical', at: 1 });
const ended = alertmanager('Refused', { status: 'resolved', at: 1 });

/** Calls a hook while a switch is thrown. */
async function callInVain(stage: Stage, hook: Hook, body: unknown): Promise<void> {
  await stop(stage);
  await assert.rejects(stage.call(stage.open(), hook, body), /sending-suspended/);
  await go(stage);
}
const recipients = async (stage: Stage, hook: Hook) =>
  (await stage.mails(hook)).map(({ to }) => to.toSorted());

test('the end of an alert whose mail was refused goes to nobody for its sake', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'unheard', severityRoutes });
  await callInVain(stage, hook, begun);
  const bridge = stage.open();
  await stage.call(bridge, hook, ended);
  assert.deepEqual(await recipients(stage, hook), [['ops@example.com']]);
});

test('of what was told before, a refused mail takes nothing back', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'heard', severityRoutes });
  const bridge = stage.open();
  await stage.call(bridge, hook, begun);
  stage.now += hour;
  await callInVain(stage, hook, alertmanager('Refused', { at: 2 }));
  await callInVain(stage, hook, { ...begun, receiver: 'other' });
  await stage.call(stage.open(), hook, ended);
  assert.deepEqual(await recipients(stage, hook), [oncall, oncall]);
});

test('an alert whose mail was refused is told by a reminder, and its end to whom that went', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'reminded', severityRoutes, remindEvery: 3600 });
  await callInVain(stage, hook, begun);
  stage.now += hour;
  await Promise.all([stage.open(), stage.open()].map((bridge) => bridge.watchHooks()));
  await stage.open().watchHooks();
  assert.deepEqual(await recipients(stage, hook), [oncall]);
  stage.now += minute;
  await stage.call(stage.open(), hook, ended);
  assert.deepEqual(await recipients(stage, hook), [oncall, oncall]);
});

const changesMemory = ({ method, url }: { method: string; url: string }) =>
  method === 'PUT' && url.includes(storageNames.alerts);

test('what another instance has told meanwhile is not taken back', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'told-elsewhere', severityRoutes });
  const other = stage.open();
  // It knows the register as it is, for half a minute.
  await stage.call(other, hook, alertmanager('Else'));
  const thrownAt = new Date(stage.now);
  await stage.access.switches.put({ scope: 'all', reason: 'a test', thrownAt, by: 'test' });
  const slowly = slow(stage.storage, changesMemory);
  const refused = assert.rejects(stage.call(stage.open(slowly), hook, begun), /sending-suspended/);
  await Promise.race([slowly.reached, refused]);
  await stage.call(other, hook, { ...begun, receiver: 'other' });
  slowly.release();
  await refused;
  await go(stage);
  await stage.call(stage.open(), hook, ended);
  assert.deepEqual(await recipients(stage, hook), [['ops@example.com'], oncall, oncall]);
});

test('what is over is not told again though the mail about it is refused, and goes to all when it is repeated', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'over', severityRoutes, remindEvery: 3600 });
  const bridge = stage.open();
  await stage.call(bridge, hook, begun);
  stage.now += 50 * minute;
  await callInVain(stage, hook, ended);
  stage.now += 20 * minute;
  await bridge.watchHooks();
  assert.deepEqual(await recipients(stage, hook), [oncall]);
  await stage.call(bridge, hook, ended);
  assert.deepEqual(await recipients(stage, hook), [oncall, oncall]);
});

test('a refused mail is none of those that a storm lets through, nor the worst that anybody knows of', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'stormy', storm: { after: 1, within: 3600 } });
  for (let i = 0; i < 3; i++)
    await callInVain(stage, hook, alertmanager(`Vain${i}`, { severity: 'critical' }));
  const bridge = stage.open();
  const kinds: string[] = [];
  for (const severity of ['warning', 'warning', 'critical', 'critical'])
    kinds.push((await stage.call(bridge, hook, alertmanager(`After${kinds.length}`, { severity }))).kind);
  assert.deepEqual(kinds, ['accepted', 'held', 'accepted', 'held']);
});

test('one recipient on the suppression list costs the others no alert, reminder or digest', async () => {
  const stage = set();
  const [ops, gone] = ['ops@example.com', 'Gone <gone+ops@example.com>'];
  const hook = await stage.register({
    name: 'reachable',
    to: [gone, ops],
    cc: [gone],
    severityRoutes: [{ atLeast: 'critical', to: [gone] }],
    remindEvery: 3600,
    storm: { after: 1, within: 600 },
  });
  const createdAt = new Date(stage.now);
  await stage.access.suppressions.put({ address: 'gone@example.com', reason: 'it bounced', createdAt });
  stage.now += minute;
  const bridge = stage.open();
  const taken = await stage.call(bridge, hook, alertmanager('Reached'));
  await stage.call(bridge, hook, alertmanager('Held'));
  stage.now += hour;
  await bridge.watchHooks();
  assert.deepEqual(await recipients(stage, hook), [[ops], [ops], [ops]]);
  const outbox = openOutbox(stage.storage, () => undefined);
  const record = await outbox.records.get(taken.kind === 'accepted' ? taken.accepted.id : '');
  const [accepted] = record?.events ?? [];
  assert.deepEqual(accepted?.event === 'accepted' && accepted.warnings, [
    'to: 2 recipients of the hook are on the suppression list and left out.',
  ]);
  assert.deepEqual(record?.summary.cc, []);
  // Who is alone on a route is no reason to write to somebody else.
  const alone = alertmanager('Alone', { severity: 'critical' });
  await assert.rejects(stage.call(bridge, hook, alone), /recipient-suppressed/);
  await stage.access.suppressions.remove('gone@example.com');
});
