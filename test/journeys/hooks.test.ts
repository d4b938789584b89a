/** Hooks: what tools and devices say, as mails. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
const urlKey = makeApiKey(randomBytes(keyEntropyBytes));
const base: Hook = { name: 'ops', submitter: 'app', from: `Alerts <${sender}>`, to: ['ops@example.com'] };

const setUp = async ({ hooks, keys, templates }: AccessStore) => {
  await hooks.put(base);
  await hooks.put({ ...base, name: 'meter', allowGet: true });
  await hooks.put({
    ...base,
    name: 'routed',
    severityRoutes: [
      { atLeast: 'error', to: ['oncall@example.com'] },
      { atLeast: 'critical', to: ['boss@example.com', 'oncall@example.com'] },
    ],
  });
  await hooks.put({ ...base, name: 'worded', template: 'short' });
  await templates.put({
    name: 'short',
    subject: '{{ severity }}: {{ title }}',
    text: '{{ body.host }} is down',
  });
  await keys.put({ id: urlKey.id, submitter: 'app', hook: 'ops', hash: urlKey.hash, createdAt: new Date() });
};

before(async () => {
  world = await startWorld(
    {},
    { before: (storage) => setUp(openAccessStore(storage.table(storageNames.access), systemClock)) },
  );
});
after(() => world.stop());

const alert = (name: string, status: 'firing' | 'resolved' = 'firing', severity = 'critical') => ({
  version: '4',
  groupKey: `{}:{alertname="${name}"}`,
  status,
  receiver: 'ops',
  groupLabels: { alertname: name },
  commonLabels: { alertname: name, severity },
  commonAnnotations: { summary: 'Disk is nearly full' },
  externalURL: 'http://alertmanager.example.com',
  alerts: [
    {
      status,
      labels: { alertname: name, severity, instance: 'db-01' },
      annotations: { summary: 'Disk is nearly full' },
      startsAt: '2026-11-28T10:00:00Z',
      endsAt: status === 'resolved' ? '2026-11-28T10:30:00Z' : '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: `f-${name}`,
    },
  ],
});

test('an alert becomes a mail worth reading, and its end stands in the same thread', async () => {
  const fired = await world.request('POST', '/hooks/ops', alert('DiskFull'));
  assert.equal(fired.status, 200, fired.text);
  assert.equal(fired.json.object, 'email');
  await world.settled(fired.json.id);
  const resolved = await world.request('POST', '/hooks/ops', alert('DiskFull', 'resolved'));
  await world.settled(resolved.json.id);
  const all = world.microsoft365.store.list();
  assert.equal(all.length, 2);
  const [first] = await world.mails(await subjectOf(fired.json.id));
  const [last] = await world.mails(await subjectOf(resolved.json.id));
  assert.match(first?.parsed.subject ?? '', /^\[FIRING\].*DiskFull/);
  assert.match(last?.parsed.subject ?? '', /^\[RESOLVED\].*DiskFull/);
  assert.match(first?.parsed.html ?? '', /db-01/);
  assert.match(first?.parsed.text ?? '', /prometheus\.example\.com/);
  assert.match(first?.parsed.references ?? '', /^<alert-[0-9a-f]{32}@contoso\.com>$/);
  assert.equal(first?.parsed.references, last?.parsed.references);
});

const subjectOf = async (id: string): Promise<string> =>
  String((await world.request('GET', `/emails/${id}`)).json.subject);

test('what a sender repeats makes no second mail', async () => {
  const first = await world.request('POST', '/hooks/ops', alert('Once'));
  const again = await world.request('POST', '/hooks/ops', alert('Once'));
  assert.equal(again.json.id, first.json.id);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
});

test('a key made for URLs is good in the path and the query of its hook, and nowhere else', async () => {
  const none = { authorization: undefined };
  const text = { ...none, 'content-type': 'text/plain' };
  assert.equal((await world.request('POST', `/hooks/ops/${urlKey.text}`, 'Backup done', text)).status, 200);
  assert.equal(
    (await world.request('POST', `/hooks/ops?key=${urlKey.text}`, 'Backup done 2', text)).status,
    200,
  );
  const elsewhere = await world.request('POST', `/hooks/meter/${urlKey.text}`, 'x', text);
  assert.equal(elsewhere.status, 403);
  const submit = await world.request(
    'POST',
    '/emails',
    { from: sender },
    { authorization: `Bearer ${urlKey.text}` },
  );
  assert.equal(submit.status, 403);
  const stranger = await world.request('POST', '/hooks/ops', 'x', text);
  assert.equal(stranger.status, 401);
});

test('what a tool puts behind the address, as to its own server, is passed over', async () => {
  const none = { authorization: undefined };
  const calls = [
    [
      'POST',
      `/hooks/ops/${urlKey.text}/bot47:11/sendMessage`,
      { chat_id: '-1', text: 'web-01 is down' },
      none,
    ],
    [
      'PUT',
      '/hooks/ops/_matrix/client/v3/rooms/!room:example.com/send/m.room.message/7',
      { msgtype: 'm.text', body: 'web-02 is down' },
      {},
    ],
  ] as const;
  for (const [method, to, body, headers] of calls) {
    const { status, json } = await world.request(method, to, body, headers);
    assert.equal(`${status} ${json.object}`, '200 email', to);
  }
});

test('OPTIONS asks, and sends nothing', async () => {
  const { rows } = await world.stored();
  const preflight = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
  for (const headers of [{}, preflight, { 'webhook-request-origin': '<not an origin>' }]) {
    for (const path of ['/hooks/ops', '/hooks/meter?title=Meter', `/hooks/ops/${urlKey.text}`]) {
      const withKey = path.includes(urlKey.text) ? { authorization: undefined } : {};
      const { status, json } = await world.request('OPTIONS', path, undefined, { ...withKey, ...headers });
      assert.equal(`${status} ${json?.code}`, '405 method-not-allowed', path);
    }
  }
  const asked = await world.request('OPTIONS', '/hooks/ops', undefined, {
    'webhook-request-origin': 'eventgrid.azure.net',
  });
  assert.equal(asked.headers.get('webhook-allowed-origin'), 'eventgrid.azure.net');
  assert.equal((await world.stored()).rows, rows);
});

test('a device sends by GET where the hook allows it, in plain text, or by form', async () => {
  const refused = await world.request('GET', '/hooks/ops?temp=21.5');
  assert.equal(refused.status, 405);
  assert.match(refused.json.detail, /allow_get/);
  const got = await world.request('GET', '/hooks/meter?title=Meter+7&temp=21.5');
  assert.equal(got.status, 200, got.text);
  await world.settled(got.json.id);
  const [mail] = await world.mails(await subjectOf(got.json.id));
  assert.match(mail?.parsed.subject ?? '', /Meter 7/);
  assert.match(mail?.parsed.text ?? '', /21\.5/);
});

/** Who gets an alert of a severity. */
const recipientsFor = async (severity: string) => {
  const { json } = await world.request(
    'POST',
    '/hooks/routed',
    alert(`Routed-${severity}`, 'firing', severity),
  );
  const status = await world.settled(json.id);
  return status.to;
};

test('who gets it depends on how bad it is', async () => {
  assert.deepEqual(await recipientsFor('warning'), ['ops@example.com']);
  assert.deepEqual(await recipientsFor('error'), ['oncall@example.com']);
  assert.deepEqual(await recipientsFor('critical'), ['boss@example.com', 'oncall@example.com']);
});

test('a template takes the place of our own words', async () => {
  const { json } = await world.request('POST', '/hooks/worded', {
    title: 'No ping',
    severity: 'critical',
    host: 'db-01',
  });
  await world.settled(json.id);
  const subject = await subjectOf(json.id);
  assert.match(subject, /^critical: No ping/);
  const [mail] = await world.mails(subject);
  assert.equal(mail?.parsed.text?.trim(), 'db-01 is down');
  assert.equal(mail?.parsed.html, undefined);
});

test('a handshake is answered', async () => {
  const body = [
    {
      id: '1',
      topic: '/subscriptions/x',
      subject: '',
      data: { validationCode: 'CODE-1' },
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: '2026-11-28T10:00:00Z',
      dataVersion: '1',
    },
  ];
  const answer = await world.request('POST', '/hooks/ops', body, {
    'aeg-event-type': 'SubscriptionValidation',
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { validationResponse: 'CODE-1' });
});

test('whatever the body is, somebody with a key gets a mail', async () => {
  const bodies: readonly (readonly [string | Uint8Array, string])[] = [
    ['', 'text/plain'],
    ['{"broken": ', 'application/json'],
    ['<a><b>c</b></a>', 'application/xml'],
    [new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46]), 'image/jpeg'],
    ['x'.repeat(200_000), 'text/plain'],
    ['42', 'application/json'],
  ];
  for (const [body, type] of bodies) {
    const { status, json, text } = await world.request('POST', '/hooks/ops', body, { 'content-type': type });
    assert.equal(status, 200, `${type}: ${text}`);
    assert.equal((await world.settled(json.id)).status, 'relayed');
  }
});

test('a body that the host withholds is asked for with its length', async () => {
  const chunks = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('Backup done'));
      controller.close();
    },
  });
  const answer = await fetch(`${world.host.url}/hooks/ops`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'text/plain' },
    body: chunks,
    duplex: 'half',
  });
  assert.equal(answer.status, 411);
  assert.equal(((await answer.json()) as { code: string }).code, 'length-required');
});
