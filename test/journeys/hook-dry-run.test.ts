/** A dry run of a hook: what a call would become, and nothing kept of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
const base: Hook = { name: 'ops', submitter: 'app', from: `Alerts <${sender}>`, to: ['ops@example.com'] };
const severityRoutes = [{ atLeast: 'critical', to: ['oncall@example.com'] }] as const;
const hooks: readonly Hook[] = [
  { ...base, severityRoutes },
  { ...base, name: 'meter', allowGet: true },
  { ...base, name: 'stormy', storm: { after: 1, within: 3600 }, remindEvery: 3600, expectEvery: 3600 },
  { ...base, name: 'quiet', quietHours: { from: '00:00', to: '23:59' } },
  { ...base, name: 'barred', to: ['gone@example.com'] },
  { ...base, name: 'worded', template: 'short' },
  { ...base, name: 'broken', template: 'nosuch' },
  { ...base, name: 'chat', adapter: 'slack' },
];

before(async () => {
  world = await startWorld(
    {},
    {
      submitter: { limits: { messagesPerMinute: 6 } },
      async before(storage) {
        const access = openAccessStore(storage.table(storageNames.access), systemClock);
        for (const hook of hooks) await access.hooks.put(hook);
        await access.templates.put({ name: 'short', subject: '{{ severity }}: {{ title }}', text: 'Short' });
        await access.suppressions.put({ address: 'gone@example.com', reason: 'left', createdAt: new Date() });
      },
    },
  );
  // The first look at a hook that expects calls is remembered: by its timer, which must not come between.
  await fetch(`${world.host.url}/admin/functions/watch-hooks`, { method: 'POST' });
  while ((await memory()).remembered.length === 0) await sleep(50);
});
after(() => world.stop());

const alert = (name: string, severity = 'critical') => ({
  version: '4',
  groupKey: `{}:{alertname="${name}"}`,
  status: 'firing',
  receiver: 'ops',
  groupLabels: { alertname: name },
  commonLabels: { alertname: name, severity },
  commonAnnotations: { summary: `${name} is nearly full` },
  externalURL: 'http://alertmanager.example.com',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: name, severity },
      annotations: { summary: `${name} is nearly full` },
      startsAt: '2026-11-28T10:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: `f-${name}`,
    },
  ],
});

/** Everything that hooks remember, and everything on its way. */
async function memory() {
  const rows = await Array.fromAsync(world.storage.table(storageNames.alerts).listEntities()).catch(() => []);
  return {
    remembered: rows.map(({ partitionKey, rowKey, etag }) => [partitionKey, rowKey, etag]),
    ...(await world.stored()),
  };
}

const dry = async (hook: string, body: unknown, headers: Record<string, string | undefined> = {}) => {
  const known = await memory();
  const answer = await world.request('POST', `/hooks/${hook}?dry_run=true`, body, headers);
  assert.deepEqual(await memory(), known);
  return answer;
};

test('it shows the mail that would be sent, who reads it and by which route, and the same mail is sent', async () => {
  const { status, json, headers } = await dry('ops', alert('Disk'));
  assert.equal(status, 200);
  assert.equal(headers.get('x-postrider-id'), null);
  const { messages, ...view } = json;
  assert.deepEqual(view, {
    dry_run: true,
    hook: 'ops',
    outcome: 'sent',
    reason: 'It would be sent at once.',
    adapter: 'alertmanager',
    alerts: [{ title: 'Disk is nearly full', severity: 'critical', state: 'firing' }],
    mode: 'live',
    policy: { allowed: true },
  });
  const [{ text, html_size: html, attachments, ...message }, ...more] = messages;
  assert.deepEqual(more, []);
  assert.deepEqual([message.from, message.to], [`Alerts <${sender}>`, ['oncall@example.com']]);
  assert.deepEqual(message.route, { transport: 'graph', mailbox: sender, form: 'sendMail-mime' });
  assert.match(message.mime, /^Subject: \[FIRING\] Disk is nearly full/m);
  assert.ok(html > 1000);
  assert.ok(attachments.length > 0 && attachments.every(({ size }: { size: number }) => size > 0));
  const real = await world.request('POST', '/hooks/ops', alert('Disk'));
  await world.settled(real.json.id);
  const [arrived] = await world.mails(message.subject);
  assert.ok(arrived);
  assert.deepEqual(
    arrived.parsed.to?.map(({ address }) => address),
    message.to,
  );
  assert.match(text, /Disk is nearly full/);
  // And now the same call would be a repetition.
  const again = await dry('ops', alert('Disk'));
  assert.deepEqual([again.json.outcome, again.json.repeats], ['repeated', real.json.id]);
});

test('a template shows what it makes, and one that fails is refused as a call would be', async () => {
  const { json } = await dry('worded', { title: 'Tea', severity: 'info' });
  assert.deepEqual([json.messages[0].subject, json.messages[0].text], ['info: Tea', 'Short']);
  const { status, json: problem } = await dry('broken', { title: 'Tea' });
  assert.deepEqual([status, problem.code], [422, 'template-not-found']);
});

test('it tells what storm control would do, and is no call itself', async () => {
  const first = await dry('stormy', alert('One', 'warning'));
  assert.equal(first.json.outcome, 'sent');
  assert.deepEqual(
    [first.json.storm.decision, first.json.storm.sent, first.json.storm.after],
    ['pass', 0, 1],
  );
  await world.settled((await world.request('POST', '/hooks/stormy', alert('One', 'warning'))).json.id);
  const second = await dry('stormy', alert('Two', 'warning'));
  assert.deepEqual([second.json.outcome, second.json.storm.sent], ['held', 1]);
  assert.match(second.json.messages[0].subject, /^\[FIRING\] Two/);
  const worse = await dry('stormy', alert('Three', 'critical'));
  assert.equal(worse.json.outcome, 'sent', 'what is worse than anything told does not wait');
});

test('it tells of quiet hours, modes, and what the policy says', async () => {
  const quiet = await dry('quiet', alert('Night', 'warning'));
  assert.equal(quiet.json.outcome, 'scheduled');
  assert.equal(quiet.json.quiet_until, quiet.json.messages[0].scheduled_at);
  assert.equal((await dry('quiet', alert('Night', 'critical'))).json.outcome, 'sent');
  const tried = await dry('ops', alert('Tried'), { 'x-postrider-mode': 'test' });
  assert.deepEqual([tried.json.outcome, tried.json.mode], ['tested', 'test']);
  const barred = await dry('barred', alert('Barred'));
  assert.equal(barred.status, 200);
  assert.equal(barred.json.outcome, 'refused');
  assert.equal(barred.json.policy.code, 'recipient-suppressed');
  assert.deepEqual(barred.json.messages[0].to, ['gone@example.com']);
  assert.equal(barred.json.messages[0].route, undefined);
});

test('a handshake is answered in the view, and says nothing to anybody', async () => {
  const { status, json } = await dry('ops', [
    {
      id: '1',
      topic: '/subscriptions/1',
      subject: '',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: '2026-11-28T10:00:00Z',
      dataVersion: '1',
      data: { validationCode: 'abc' },
    },
  ]);
  assert.deepEqual([status, json.outcome, json.answer.status], [200, 'answered', 200]);
  assert.match(json.answer.body, /abc/);
  assert.deepEqual(json.messages, []);
});

test('the wish is no fact of the mail, whatever it says', async () => {
  const { json } = await world.request('GET', '/hooks/meter?dry_run=true&title=Tank&level=12', undefined);
  assert.equal(json.dry_run, true);
  assert.match(json.messages[0].text, /level/i);
  assert.doesNotMatch(JSON.stringify(json.messages[0]), /dry.?run/i);
  const real = await world.request('GET', '/hooks/meter?dry_run=false&title=Tank&level=12', undefined);
  await world.settled(real.json.id);
  const arrived = (await world.mails()).find(({ parsed }) => parsed.subject?.includes('Tank'));
  assert.match(arrived?.parsed.text ?? arrived?.parsed.html ?? '', /12/);
  assert.doesNotMatch(arrived?.accepted.mime.toString() ?? '', /dry.?run/i);
});

test('who may not call may not try, and who asks in other words sends nothing', async () => {
  const known = await memory();
  const stranger = await world.request('POST', '/hooks/ops?dry_run=true', alert('X'), {
    authorization: undefined,
  });
  assert.equal(stranger.status, 401);
  const refused = await world.request('GET', '/hooks/ops?dry_run=true&title=x', undefined);
  assert.equal(refused.status, 405);
  for (const path of [
    '/hooks/ops?dry_run=1',
    '/hooks/ops?dry_run=',
    '/hooks/chat?dry_run=yes',
    '/ntfy/ops?dry_run=true',
  ]) {
    const answer = await world.request('POST', path, alert('X'));
    assert.equal(answer.status, 422, path);
    assert.match(answer.text, /Nothing was accepted/);
  }
  assert.equal((await dry('chat', { text: 'Hello' })).json.adapter, 'slack');
  assert.deepEqual(await memory(), known);
});

test('it takes nothing from the limits but the request', async () => {
  // Three mails have gone by now, of six a minute.
  for (let i = 0; i < 8; i++) assert.equal((await dry('ops', alert(`Dry ${i}`))).status, 200);
  for (let i = 0; i < 2; i++) {
    assert.equal((await world.request('POST', '/hooks/ops', alert(`Real ${i}`))).status, 200);
  }
});
