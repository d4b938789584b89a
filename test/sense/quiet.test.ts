/** Quiet hours of hooks, and how long the ids of their senders count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertmanager, onStage } from './stage.ts';

const set = onStage();
const hour = 3_600_000;

test('what is not bad enough waits for the end of the quiet hours, in the zone of the hook', async () => {
  const stage = set();
  const bridge = stage.open();
  const quietHours = { from: '22:00', to: '07:00', bypass: 'error' } as const;
  const hook = await stage.register({ name: 'night', quietHours, zone: 'Europe/Berlin' });
  stage.now = Date.parse('2026-11-28T21:30:00Z');
  const at = async (name: string, more: Parameters<typeof alertmanager>[1] = {}) => {
    stage.now += 1000;
    await stage.call(bridge, hook, alertmanager(name, more));
    const mail = (await stage.mails(hook)).findLast(({ subject }) => subject.includes(name));
    return mail && mail.dueAt.getTime() - mail.acceptedAt.getTime() > 1000
      ? mail.dueAt.toISOString()
      : 'at once';
  };
  const morning = '2026-11-29T06:00:00.000Z';
  assert.equal(await at('Warned'), morning);
  assert.equal(await at('Failed', { severity: 'error' }), 'at once');
  assert.equal(await at('Worse', { severity: 'critical' }), 'at once');
  stage.now = Date.parse(morning);
  assert.equal(await at('Morning'), 'at once');
});

test('the id of a delivery counts for an hour: reminders come through, repetitions do not', async () => {
  const stage = set();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'reminded' });
  const body = alertmanager('Lasting');
  const amount = async () => (await stage.mails(hook)).length;
  const repeat = async (after: number) => {
    stage.now += after;
    await stage.call(bridge, hook, body);
    return await amount();
  };
  assert.equal(await repeat(0), 1);
  assert.equal(await repeat(0.99 * hour), 1);
  assert.equal(await repeat(0.02 * hour), 2);
  assert.equal(await repeat(0.5 * hour), 2);
  assert.equal(await repeat(0.45 * hour), 2);
  for (let i = 3; i < 8; i++) assert.equal(await repeat(4 * hour), i);
});

test('GitHub\'s "Redeliver" is sent again after an hour', async () => {
  const stage = set();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'pushed' });
  const body = { zen: 'Keep it logically awesome.', hook_id: 1, repository: { full_name: 'a/b' } };
  const headers = { 'x-github-event': 'ping', 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
  for (const [after, mails] of [
    [0, 1],
    [60_000, 1],
    [hour, 2],
  ] as const) {
    stage.now += after;
    await stage.call(bridge, hook, body, headers);
    assert.equal((await stage.mails(hook)).length, mails);
  }
});

test('a hook without these settings costs no storage request more than a mail', async () => {
  const stage = set();
  const bridge = stage.open();
  const hook = await stage.register({ name: 'plain' });
  await stage.call(bridge, hook, alertmanager('Warm'));
  const { azurite } = stage;
  azurite.resetTransactions();
  await stage.call(bridge, hook, alertmanager('Counted'));
  assert.deepEqual(azurite.transactions(), {
    blob: {},
    queue: { PutMessage: 1 },
    table: { InsertEntity: 1 },
  });
});
