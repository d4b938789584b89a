/** Senders that believe to speak to Gotify, ntfy, Apprise, Slack, Discord or Teams, and are answered in those words. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type Answer, type World } from './world.ts';

let world: World;
const hookKey = makeApiKey(randomBytes(keyEntropyBytes));
const slowKey = makeApiKey(randomBytes(keyEntropyBytes));
const base: Hook = { name: 'ops', submitter: 'app', from: `Alerts <${sender}>`, to: ['ops@example.com'] };

const setUp = async ({ hooks, keys, submitters }: AccessStore) => {
  await hooks.put(base);
  await hooks.put({ ...base, name: 'meter', allowGet: true });
  await hooks.put({ ...base, name: 'chat', adapter: 'slack' });
  await submitters.put({
    name: 'slow',
    senders: [sender],
    networks: [],
    disabled: false,
    limits: { messagesPerHour: 1 },
  });
  for (const adapter of ['gotify', 'discord', 'slack', 'teams'] as const) {
    await hooks.put({ ...base, name: `slow-${adapter}`, submitter: 'slow', adapter });
  }
  await hooks.put({ ...base, name: 'slow', submitter: 'slow' });
  const createdAt = new Date();
  await keys.put({ id: hookKey.id, submitter: 'app', hook: 'ops', hash: hookKey.hash, createdAt });
  await keys.put({ id: slowKey.id, submitter: 'slow', hash: slowKey.hash, createdAt });
};

before(async () => {
  world = await startWorld(
    {},
    { before: (storage) => setUp(openAccessStore(storage.table(storageNames.access), systemClock)) },
  );
});
after(() => world.stop());

const anonymous = { authorization: undefined };
const plain = { 'content-type': 'text/plain' };

/** The mail that an answer is about. */
async function mailOf(answer: Answer) {
  const id = answer.headers.get('x-postrider-id') ?? '';
  assert.notEqual(id, '', answer.text);
  await world.settled(id);
  const { json } = await world.request('GET', `/emails/${id}`);
  const [mail] = await world.mails(String(json.subject));
  assert.ok(mail, 'no mail arrived');
  return mail.parsed;
}

test('Gotify: the token is the key of a hook, wherever its clients put it', async () => {
  const said = { title: 'Backup', message: 'Volume 2 is full', priority: 8 };
  const ways: readonly (readonly [string, Record<string, string | undefined>])[] = [
    ['/message', { ...anonymous, 'x-gotify-key': hookKey.text }],
    [`/message?token=${hookKey.text}`, anonymous],
    ['/message', { authorization: `Bearer ${hookKey.text}` }],
    ['/hooks/ops/message', { ...anonymous, 'x-gotify-key': hookKey.text }],
  ];
  for (const [path, headers] of ways) {
    const answer = await world.request('POST', path, said, headers);
    assert.equal(answer.status, 200, answer.text);
    const { id, date, ...rest } = answer.json as { id: number; date: string };
    assert.deepEqual(rest, { appid: 1, ...said });
    assert.ok(Number.isInteger(id) && !Number.isNaN(Date.parse(date)));
    const mail = await mailOf(answer);
    assert.match(mail.subject ?? '', /Backup/);
    assert.match(mail.text ?? '', /Volume 2 is full/);
    assert.doesNotMatch(`${mail.html}${mail.text}`, /pr_/);
  }
  const form = await world.request('POST', `/message?token=${hookKey.text}`, 'title=Form&message=From+curl', {
    ...anonymous,
    'content-type': 'application/x-www-form-urlencoded',
  });
  assert.equal(form.json.message, 'From curl');
});

test('Gotify: refusals are objects with an error, and its servers are known by health and version', async () => {
  const stranger = await world.request('POST', '/message', { message: 'x' }, anonymous);
  assert.equal(stranger.status, 401);
  assert.equal(stranger.json.errorCode, 401);
  assert.match(stranger.headers.get('www-authenticate') ?? '', /^Bearer/);
  const wrong = await world.request(
    'POST',
    '/message',
    { message: 'x' },
    { ...anonymous, 'x-gotify-key': 'AbCdEf' },
  );
  assert.deepEqual([wrong.status, wrong.json.error], [401, 'The API key is not valid']);
  const nameless = await world.request('POST', '/message', { message: 'x' });
  assert.equal(nameless.status, 404);
  assert.match(nameless.json.errorDescription, /key that was made for one hook/);
  assert.equal((await world.request('GET', '/health', undefined, anonymous)).json.health, 'green');
  assert.match((await world.request('GET', '/version', undefined, anonymous)).json.version, /^2\./);
  const get = await world.request('GET', '/message', undefined, { authorization: `Bearer ${hookKey.text}` });
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
});

test('ntfy: text with headers, by POST and PUT, to a topic that is a hook', async () => {
  const headers = { ...plain, title: 'Water', priority: 'urgent', tags: 'rotating_light,cellar' };
  for (const method of ['POST', 'PUT']) {
    const answer = await world.request(method, '/ntfy/ops', `Basement is wet, ${method}`, headers);
    assert.equal(answer.status, 200, answer.text);
    const { id: _, time, ...rest } = answer.json;
    assert.deepEqual(rest, {
      event: 'message',
      topic: 'ops',
      title: 'Water',
      message: `Basement is wet, ${method}`,
      priority: 5,
      tags: ['rotating_light', 'cellar'],
    });
    assert.ok(Math.abs(time - Date.now() / 1000) < 60);
    const mail = await mailOf(answer);
    assert.match(mail.subject ?? '', /Water/);
    assert.match(mail.text ?? '', /Basement is wet/);
  }
});

test('ntfy: JSON names the topic, which a key for one hook may leave out or must meet', async () => {
  const body = {
    topic: 'ops',
    title: 'Disk',
    message: 'Nearly full',
    priority: 4,
    click: 'https://nas.example',
  };
  const answer = await world.request('POST', '/ntfy', body);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.json.topic, answer.json.priority], ['ops', 4]);
  assert.match((await mailOf(answer)).html ?? '', /https:\/\/nas\.example/);

  const auth = Buffer.from(`Bearer ${hookKey.text}`).toString('base64url');
  assert.equal((await world.request('POST', `/ntfy?auth=${auth}`, body, anonymous)).status, 200);
  const topicless = await world.request(
    'POST',
    '/ntfy',
    { message: 'x' },
    { 'x-api-key': hookKey.text, ...anonymous },
  );
  assert.equal(topicless.status, 200, topicless.text);
  const other = await world.request(
    'POST',
    '/ntfy',
    { ...body, topic: 'meter' },
    { 'x-api-key': hookKey.text, ...anonymous },
  );
  assert.deepEqual([other.status, other.json.http], [403, 403]);
  const unknown = await world.request('POST', '/ntfy', { ...body, topic: 'nobody' });
  assert.deepEqual([unknown.status, unknown.json.code], [404, 40401]);
  const stranger = await world.request('POST', '/ntfy', body, anonymous);
  assert.deepEqual([stranger.status, stranger.json.http], [401, 401]);
});

test('ntfy: a visit publishes where the hook takes GET', async () => {
  for (const path of ['/ntfy/meter', '/ntfy/meter/publish', '/ntfy/meter/send', '/ntfy/meter/trigger']) {
    const answer = await world.request('GET', `${path}?title=Meter&message=at+${path.length}&priority=low`);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.deepEqual(
      [answer.json.title, answer.json.message, answer.json.priority],
      ['Meter', `at ${path.length}`, 2],
    );
  }
  const refused = await world.request('GET', '/ntfy/ops/publish?message=x');
  assert.deepEqual([refused.status, refused.json.http], [405, 405]);
  assert.equal((await world.request('GET', '/ntfy/v1/health', undefined, anonymous)).json.healthy, true);
});

test('Apprise: form and JSON, answered as its API server does', async () => {
  const json = await world.request(
    'POST',
    '/notify/ops',
    { title: 'Backup', body: 'It failed', type: 'failure' },
    { accept: 'application/json' },
  );
  assert.deepEqual([json.status, json.json], [200, { error: null, details: [] }]);
  assert.match((await mailOf(json)).subject ?? '', /Backup/);
  const form = await world.request('POST', `/notify/ops/${hookKey.text}`, 'body=Only+a+body', {
    ...anonymous,
    'content-type': 'application/x-www-form-urlencoded',
  });
  assert.equal(form.status, 200, form.text);
  assert.match((await mailOf(form)).subject ?? '', /Only a body/);
  const refused = await world.request(
    'POST',
    '/notify/nobody',
    { body: 'x' },
    { accept: 'application/json' },
  );
  assert.equal(refused.status, 404);
  assert.deepEqual(Object.keys(refused.json), ['error']);
});

test('Slack, Discord and Teams: a hook answers in the words of the body', async () => {
  const slack = await world.request('POST', '/hooks/ops', {
    text: 'Deploy done',
    username: 'ci',
    icon_emoji: ':ok:',
  });
  assert.deepEqual([slack.status, slack.text], [200, 'ok']);
  await mailOf(slack);
  // Not all that is Slack's looks like it: the hook knows.
  assert.equal((await world.request('POST', '/hooks/chat', 'Deploy done', plain)).text, 'ok');
  assert.equal((await world.request('POST', '/hooks/ops', 'Deploy done', plain)).json.object, 'email');

  const embeds = [{ title: 'Down', description: 'web-1', color: 0xff0000 }];
  const discord = await world.request('POST', '/hooks/ops', { username: 'Kuma', embeds });
  assert.deepEqual([discord.status, discord.text], [204, '']);
  await mailOf(discord);
  const waited = await world.request('POST', '/hooks/ops?wait=true', { content: 'Hello', embeds });
  assert.deepEqual([waited.status, waited.json.content, waited.json.embeds], [200, 'Hello', embeds]);

  const card = {
    '@type': 'MessageCard',
    '@context': 'https://schema.org/extensions',
    title: 'Build',
    text: 'failed',
  };
  assert.equal((await world.request('POST', '/hooks/ops', card)).text, '1');
  const adaptive = {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [{ type: 'TextBlock', text: 'Build failed' }],
        },
      },
    ],
  };
  const workflow = await world.request('POST', '/hooks/ops', adaptive);
  assert.deepEqual([workflow.status, workflow.text], [202, '']);
});

test('who is over a limit is asked to come again in the way it understands', async () => {
  const slow = { authorization: `Bearer ${slowKey.text}` };
  const post = (path: string) => world.request('POST', path, { content: 'x' }, slow);
  assert.equal((await post('/hooks/slow')).status, 204);
  const plainly = await post('/hooks/slow');
  assert.deepEqual([plainly.status, plainly.json.status, plainly.json.code], [503, 503, 'quota-exceeded']);
  const discord = await post('/hooks/slow-discord');
  assert.equal(discord.json.retry_after, Number(discord.headers.get('retry-after')));
  const slack = await post('/hooks/slow-slack');
  assert.equal(slack.text, 'rate_limited');
  const gotify = await post('/hooks/slow/message');
  assert.equal(gotify.json.errorCode, 429);
  const ntfy = await post('/ntfy/slow');
  assert.equal(ntfy.json.code, 42901);
  const apprise = await post('/notify/slow');
  const teams = await post('/hooks/slow-teams');
  for (const answer of [discord, slack, gotify, ntfy, apprise, teams]) assert.equal(answer.status, 429);
  for (const answer of [plainly, discord, slack, gotify, ntfy, apprise, teams])
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
});
