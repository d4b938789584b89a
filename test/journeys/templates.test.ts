/** Messages made from templates, alone and as a mail merge. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld(
    {},
    {
      async before(storage) {
        const { templates } = openAccessStore(storage.table(storageNames.access), systemClock);
        await templates.put({
          name: 'welcome',
          subject: 'Welcome, {{ name }}',
          text: "Hello {{ name }}!\n{% render 'foot' %}",
          html: "<p>Hello {{ name }}!</p>{% render 'foot' %}",
        });
        await templates.put({ name: 'foot', text: 'The team', html: '<i>The team</i>' });
        await templates.put({ name: 'others', submitter: 'somebody-else', text: 'Not for you' });
        await templates.put({ name: 'broken', text: '{{ name | nosuch }}' });
      },
    },
  );
});
after(() => world.stop());

const mail = (template: unknown, more: object = {}) => ({
  from: sender,
  to: 'ada@example.com',
  template,
  ...more,
});

test('a template with variables becomes a mail', async () => {
  const name = '<b>Ada</b> & Co';
  const { status, json } = await world.request(
    'POST',
    '/emails',
    mail({ id: 'welcome', variables: { name } }),
  );
  assert.equal(status, 202);
  await world.settled(json.id);
  const [arrived] = await world.mails(`Welcome, ${name}`);
  assert.match(arrived?.parsed.text ?? '', /Hello <b>Ada<\/b> & Co!\s+The team/);
  assert.match(arrived?.parsed.html ?? '', /Hello &lt;b&gt;Ada&lt;\/b&gt; &amp; Co!<\/p><i>The team<\/i>/);
});

test('a batch is a mail merge: each message has variables of its own', async () => {
  const names = ['Grace', 'Edsger', 'Barbara'];
  const batch = names.map((name) => mail({ id: 'welcome', variables: { name } }, { subject: `For ${name}` }));
  const { status, json } = await world.request('POST', '/emails/batch', batch);
  assert.equal(status, 202);
  for (const [i, name] of names.entries()) {
    await world.settled(json.data[i].id);
    const [arrived] = await world.mails(`For ${name}`);
    assert.match(arrived?.parsed.text ?? '', new RegExp(`Hello ${name}!`));
  }
});

test('what cannot be rendered is refused, and nothing is stored', async () => {
  const stored = await world.storedUntil(({ entries }) => entries === 0);
  const refusals = [
    [mail({ id: 'nosuch' }), 'template-not-found', '#/template/id'],
    [mail({ id: 'others' }), 'template-not-found', '#/template/id'],
    [mail({ id: 'broken', variables: { name: 'x' } }), 'template-failed', '#/template/id'],
    [mail({ id: 'welcome' }, { text: 'both' }), 'invalid-submission', '#/template'],
    [mail('welcome'), 'invalid-submission', '#/template'],
    [mail({ id: 'welcome', colour: 'red' }), 'invalid-submission', '#/template/colour'],
  ] as const;
  for (const [body, code, pointer] of refusals) {
    const { status, json } = await world.request('POST', '/emails', body);
    assert.equal(status, 422, json.detail);
    assert.equal(json.code, code);
    assert.equal(json.errors?.[0]?.pointer, pointer);
  }
  const second = await world.request('POST', '/emails/batch', [
    mail({ id: 'welcome' }),
    mail({ id: 'nosuch' }),
  ]);
  assert.equal(second.json.errors?.[0]?.pointer, '#/1/template/id');
  assert.deepEqual(await world.stored(), stored);
});

test('a dry run shows what a template makes', async () => {
  const body = mail({ id: 'welcome', variables: { name: 'Ada' } });
  const { status, text } = await world.request('POST', '/emails?dry_run=true', body);
  assert.equal(status, 200);
  assert.match(text, /Welcome, Ada/);
});

test('a permissive batch renders too, and tells which template could not be', async () => {
  const batch = [
    mail({ id: 'welcome', variables: { name: 'Radia' } }),
    mail({ id: 'nosuch' }),
    { from: sender, to: 'ada@example.com', subject: 'Plain', text: 'No template' },
    mail({ id: 'broken' }),
  ];
  const { status, json } = await world.request('POST', '/emails/batch', batch, {
    'x-batch-validation': 'permissive',
  });
  assert.equal(status, 202);
  assert.equal(json.data.length, 2);
  assert.deepEqual(
    json.errors.map(({ index, code }: { index: number; code: string }) => [index, code]),
    [
      [1, 'template-not-found'],
      [3, 'template-failed'],
    ],
  );
  for (const { id } of json.data) await world.settled(id);
  const [arrived] = await world.mails('Welcome, Radia');
  assert.match(arrived?.parsed.text ?? '', /Hello Radia!/);
});

test('a batch lists every template that could not be rendered', async () => {
  const { status, json } = await world.request('POST', '/emails/batch', [
    mail({ id: 'nosuch' }),
    mail({ id: 'welcome' }),
    mail({ id: 'others' }),
  ]);
  assert.equal(status, 422);
  assert.deepEqual(
    json.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['#/0/template/id', '#/2/template/id'],
  );
});
