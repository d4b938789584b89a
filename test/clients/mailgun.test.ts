/**
 * Mailgun's own client, told another URL.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Mailgun from 'mailgun.js';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { registerTemplates } from './templates.ts';
import { registerThrottled, throttledKey } from './throttled.ts';

let world: World;
let mailgun: ReturnType<typeof clientWith>;
const mail = { from: sender, to: 'ann@example.com', subject: 'By Mailgun', text: 'Hello' };

before(async () => {
  world = await startWorld(
    {},
    {
      async before(storage) {
        await registerThrottled()(storage);
        await registerTemplates(storage);
      },
    },
  );
  mailgun = clientWith(world.key);
});
after(() => world.stop());

const clientWith = (key: string) =>
  new Mailgun(FormData).client({ username: 'api', key, url: world.host.url });

const idOf = (answer: { id?: string }): string => (answer.id ?? '').replace(/^<|@.*$/g, '');

const refused = (sent: Promise<unknown>) =>
  sent.then(
    () => assert.fail('It was taken.'),
    (error: unknown) => error as { status: number; details: string },
  );

test('what is not here is refused with what to do instead', async () => {
  const error = await refused(mailgun.events.get('contoso.com'));
  assert.equal(error.status, 404);
  assert.match(error.details, /^Nothing is counted here/);
  assert.match((await refused(mailgun.domains.list())).details, /^This bridge sends mail/);
});

test('a mail with files is sent as the client means it', async () => {
  const answer = await mailgun.messages.create('contoso.com', {
    from: `Alerts <${sender}>`,
    to: ['Ann <ann@example.com>', 'bob@example.com'],
    bcc: 'hidden@example.com',
    subject: 'Whole – ä',
    text: 'Hello',
    html: '<p>Hello <img src="cid:logo.png"></p>',
    'h:Reply-To': 'reply@example.com',
    'h:References': '<7@example.com>',
    'v:order': '42',
    'o:tag': ['welcome', 'new'],
    'o:tracking': 'yes',
    attachment: [{ filename: 'Übersicht.txt', data: Buffer.from('abc') }],
    inline: [{ filename: 'logo.png', data: Buffer.from('png') }],
  });
  assert.equal(answer.message, 'Queued. Thank you.');
  const status = await world.settled(idOf(answer));
  assert.equal(status.message_id, answer.id);
  assert.deepEqual(status.metadata, { order: '42' });
  assert.deepEqual(
    status.tags.map(({ value }) => value),
    ['welcome', 'new'],
  );
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.deepEqual(accepted.warnings, ['o:tracking: Opens and clicks are not tracked.']);
  const [arrived] = await world.mails('Whole – ä');
  assert.deepEqual(arrived?.accepted.envelope.to, [
    'ann@example.com',
    'bob@example.com',
    'hidden@example.com',
  ]);
  assert.equal(arrived.parsed.replyTo?.[0]?.address, 'reply@example.com');
  assert.equal(arrived.parsed.references, '<7@example.com>');
  assert.deepEqual(
    arrived.parsed.attachments.map(({ filename, contentId, mimeType }) => [filename, contentId, mimeType]),
    [
      ['logo.png', '<logo.png>', 'image/png'],
      ['Übersicht.txt', undefined, 'text/plain'],
    ],
  );
});

test('recipient variables make a message for each', async () => {
  await mailgun.messages.create('contoso.com', {
    ...mail,
    to: ['ann@example.com', 'bob@example.com'],
    subject: 'Hi %recipient.name%',
    'recipient-variables': JSON.stringify({
      'ann@example.com': { name: 'Ann' },
      'bob@example.com': { name: 'Bob' },
    }),
  });
  for (let tries = 0; (await world.mails('Hi Bob')).length === 0 && tries < 600; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const [bob] = await world.mails('Hi Bob');
  assert.deepEqual(bob?.accepted.envelope.to, ['bob@example.com']);
});

test('test mode checks and sends nothing', async () => {
  const earlier = await world.storedUntil(({ entries }) => entries === 0);
  const answer = await mailgun.messages.create('contoso.com', { ...mail, 'o:testmode': true });
  assert.match(answer.id ?? '', /^<testmode@/);
  assert.deepEqual(await world.stored(), earlier);
});

test('a later time, and a whole message', async () => {
  const at = new Date(Date.now() + 3_600_000);
  const later = await mailgun.messages.create('contoso.com', {
    ...mail,
    'o:deliverytime': at.toUTCString().replace('GMT', '+0000'),
  });
  const { json } = await world.request('GET', `/emails/${idOf(later)}`);
  assert.equal(json.last_event, 'scheduled');
  const message = `From: ${sender}\r\nTo: Everyone <list@example.com>\r\nSubject: Whole message\r\n\r\nHi\r\n`;
  const whole = await mailgun.messages.create('contoso.com', { to: ['ann@example.com'], message });
  await world.settled(idOf(whole));
  const [arrived] = await world.mails('Whole message');
  assert.deepEqual(arrived?.accepted.envelope.to, ['ann@example.com']);
});

test('refusals are errors of the client', async () => {
  assert.equal((await refused(clientWith('wrong').messages.create('contoso.com', mail))).status, 401);
  const badSender = await refused(
    mailgun.messages.create('contoso.com', { ...mail, from: 'ceo@contoso.com' }),
  );
  assert.equal(badSender.status, 403);
  const badField = await refused(mailgun.messages.create('contoso.com', { ...mail, to: 'nobody' }));
  assert.equal(badField.status, 400);
  assert.match(badField.details, /^to\.0: /);
  const broken = await world.request('POST', '/v3/contoso.com/messages', '--x\r\nbroken', {
    'content-type': 'multipart/form-data; boundary=x',
  });
  assert.equal(broken.status, 400);
  assert.match(broken.json.message, /form cannot be read/);
});

test('the same in application/x-www-form-urlencoded', async () => {
  const body = new URLSearchParams({ ...mail, subject: 'Encoded' }).toString();
  const answer = await world.request('POST', '/v3/contoso.com/messages', body, {
    'content-type': 'application/x-www-form-urlencoded',
  });
  assert.equal(answer.status, 200, answer.text);
  await world.settled(idOf(answer.json));
  assert.equal((await world.mails('Encoded')).length, 1);
});

const variables = (name: string) => JSON.stringify({ name, order: { id: 7 } });

test('a template of the bridge is filled with variables, in each of their places', async () => {
  const { from, to } = mail;
  const template = { from, to, template: 'order shipped' };
  for (const [name, given] of [
    ['Ada', { 't:variables': variables('Ada') }],
    ['Grace', { 'h:X-Mailgun-Variables': variables('Grace') }],
  ] as const) {
    await world.settled(idOf(await mailgun.messages.create('contoso.com', { ...template, ...given })));
    assert.equal((await world.mails(`Shipped: 7 for ${name}`)).length, 1);
  }
  const own = { ...template, template: 'd-1234', subject: 'Own', 'v:name': 'Edsger' };
  const answer = await mailgun.messages.create('contoso.com', own);
  assert.deepEqual((await world.settled(idOf(answer))).metadata, { name: 'Edsger' });
  assert.match((await world.mails('Own'))[0]?.parsed.html ?? '', /<p>Edsger<\/p>/);
  const merged = {
    ...template,
    to: ['ann@example.com', 'bob@example.com'],
    template: 'd-1234',
    't:variables': '{"name":"%recipient.name%"}',
    'recipient-variables': '{"bob@example.com":{"name":"Bob"}}',
  };
  await mailgun.messages.create('contoso.com', merged);
  for (let i = 0; i < 600 && (await world.mails('For Bob')).length === 0; i++) await sleep(50);
  assert.deepEqual((await world.mails('For Bob'))[0]?.accepted.envelope.to, ['bob@example.com']);
  for (const [given, details] of [
    [{ template: 'nosuch' }, /^template: There is no template/],
    [{ 't:variables': '[' }, /^t:variables: Give a JSON object/],
    [{ 't:variables': `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}` }, /^t:variables: Give a JSON/],
  ] as const) {
    const refusal = await refused(mailgun.messages.create('contoso.com', { ...template, ...given }));
    assert.equal(refusal.status, 400);
    assert.match(refusal.details, details);
  }
});

const png = (filename: string) => ({ filename, data: Buffer.from('png') });

test('inline files of any name are shown where the HTML says so', async () => {
  const answer = await mailgun.messages.create('contoso.com', {
    ...mail,
    subject: 'Inline',
    html: '<img src="cid:mein Bild ü.png"><img src="cid:b%20c.png"><img src="cid:d.png">',
    inline: [png('mein Bild ü.png'), png('b c.png'), png('d.png'), png('d.png')],
  });
  await world.settled(idOf(answer));
  const [arrived] = await world.mails('Inline');
  const shown = [...(arrived?.parsed.html ?? '').matchAll(/cid:([^"]+)/g)].map(([, id]) => `<${id}>`);
  const ids = arrived?.parsed.attachments.map(({ contentId }) => contentId);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(ids?.slice(0, 3), shown);
});

test('who has used up a limit is told that it is too many', async () => {
  const slow = clientWith(throttledKey);
  await slow.messages.create('contoso.com', { ...mail, subject: 'Limited' });
  assert.equal((await refused(slow.messages.create('contoso.com', mail))).status, 429);
});
