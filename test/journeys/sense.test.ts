/** What hooks tell without being called, through the host and its timers, with times as short as they can be. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
const base = { submitter: 'app', from: sender, to: ['ops@example.com'] };
const hooks: readonly Hook[] = [
  { ...base, name: 'storm', storm: { after: 1, within: 6 } },
  { ...base, name: 'first' },
  { ...base, name: 'watched', expectEvery: 1 },
  { ...base, name: 'nagging', remindEvery: 1 },
];

before(async () => {
  world = await startWorld(
    {},
    {
      async before(storage) {
        const access = openAccessStore(storage.table(storageNames.access), systemClock);
        for (const hook of hooks) await access.hooks.put(hook);
      },
    },
  );
});
after(() => world.stop());

const alert = (name: string) => ({
  status: 'firing',
  receiver: 'ops',
  version: '4',
  groupKey: `{}:{alertname="${name}"}`,
  groupLabels: { alertname: name },
  commonLabels: { alertname: name, severity: 'critical' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example.com',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: name, severity: 'critical' },
      annotations: {},
      startsAt: '2026-11-28T10:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: `f-${name}`,
    },
  ],
});

/** Runs the timer until a mail has arrived whose subject looks like this. */
async function arrival(subject: RegExp) {
  for (let tries = 0; tries < 100; tries++) {
    await fetch(`${world.host.url}/admin/functions/watch-hooks`, { method: 'POST' });
    for (const mail of world.microsoft365.store.list()) {
      const [, text = ''] = /^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(String(mail.mime)) ?? [];
      if (subject.test(text.replaceAll(/\r\n[ \t]/g, ' '))) return mail;
    }
    await sleep(300);
  }
  return assert.fail(`No mail has arrived with a subject like ${subject}.`);
}

test('a storm ends in a digest', async () => {
  // The first call of all waits until what reads it has been loaded, which the storm shall not see.
  assert.equal((await world.request('POST', '/hooks/first', alert('Zeroth'))).status, 200);
  const answers = [];
  for (const name of ['First', 'Second', 'Third'])
    answers.push(await world.request('POST', '/hooks/storm', alert(name)));
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.status]),
    [
      [200, 'accepted'],
      [200, 'held'],
      [200, 'held'],
    ],
  );
  await arrival(/^\[FIRING\] 2 alerts in /);
});

test('a hook that is not called says so', async () => {
  assert.equal((await world.request('POST', '/hooks/watched', { title: 'Alive' })).status, 200);
  await arrival(/^\[MISSING\] No call to the hook "watched" for /);
  assert.equal((await world.request('POST', '/hooks/watched', { title: 'Alive again' })).status, 200);
  await arrival(/^\[RECOVERED\] The hook "watched" is called again/);
});

test('an alert that lasts is told again', async () => {
  assert.equal((await world.request('POST', '/hooks/nagging', alert('Lasting'))).status, 200);
  await arrival(/^\[FIRING\] Lasting \(still, since /);
});
