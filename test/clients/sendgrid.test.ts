/**
 * SendGrid's own client, told another base URL.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import clientModule from '@sendgrid/client';
import type { ResponseError } from '@sendgrid/helpers/classes/index.js';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import sendgrid from '@sendgrid/mail';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { registerTemplates } from './templates.ts';
import { registerThrottled, throttledKey } from './throttled.ts';

/** The module's types speak of its class; what is imported is an instance that has the class as a member. */
const { Client } = clientModule as unknown as { Client: new () => Client };
type Client = Parameters<typeof sendgrid.setClient>[0];

let world: World;
const mail: MailDataRequired = { from: sender, to: 'ann@example.com', subject: 'By SendGrid', text: 'Hello' };

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
  sendgrid.setClient(clientWith(world.key));
});
after(() => world.stop());

/** In this order: setting the key puts the base URL back. */
function clientWith(key: string): Client {
  const client = new Client();
  client.setApiKey(key);
  client.setDefaultRequest('baseUrl', world.host.url);
  return client;
}

const refusal = async (sent: Promise<unknown>): Promise<ResponseError> => {
  const error = await sent.then(
    () => assert.fail('It was taken.'),
    (reason: unknown) => reason as ResponseError,
  );
  assert.equal(error.constructor.name, 'ResponseError');
  return error;
};

test('a mail with an attachment is sent as the client means it', async () => {
  const [response] = await sendgrid.send({
    ...mail,
    from: { email: sender, name: 'Alerts, Inc.' },
    to: [{ email: 'ann@example.com', name: 'Ann' }, 'bob@example.com'],
    bcc: 'hidden@example.com',
    replyTo: 'reply@example.com',
    html: '<p>Hello</p>',
    categories: ['welcome'],
    customArgs: { order: '42' },
    headers: { References: '<7@example.com>' },
    attachments: [
      {
        filename: 'a.txt',
        content: Buffer.from('abc').toString('base64'),
        type: 'text/plain',
        disposition: 'attachment',
      },
    ],
  });
  assert.equal(response.statusCode, 202);
  assert.ok(!response.body);
  const id = (response.headers as Record<string, string>)['x-message-id'] ?? '';
  const status = await world.settled(id);
  assert.deepEqual(status.tags, [{ name: 'category', value: 'welcome' }]);
  assert.deepEqual(status.metadata, { order: '42' });
  const [arrived] = await world.mails('By SendGrid');
  assert.deepEqual(arrived?.accepted.envelope.to, [
    'ann@example.com',
    'bob@example.com',
    'hidden@example.com',
  ]);
  assert.equal(arrived.parsed.attachments[0]?.filename, 'a.txt');
  assert.equal(arrived.parsed.references, '<7@example.com>');
});

test('each personalization is a message of its own, filled in', async () => {
  const [response] = await sendgrid.send({
    from: sender,
    subject: 'Hi {{name}}',
    text: 'Dear {{name}}, {{name}}.',
    personalizations: [
      { to: 'ann@example.com', substitutions: { name: 'Ann' } },
      { to: 'bob@example.com', substitutions: { name: 'Bob $& {{x}}' } },
    ],
  });
  const ids = (response.headers as Record<string, string>)['x-postrider-message-ids']?.split(', ') ?? [];
  assert.equal(ids.length, 2);
  for (const id of ids) await world.settled(id);
  const [bob] = await world.mails('Hi Bob $& {{x}}');
  assert.equal(bob?.parsed.text?.trim(), 'Dear Bob $& {{x}}, Bob $& {{x}}.');
  assert.deepEqual(bob.accepted.envelope.to, ['bob@example.com']);
  assert.equal((await world.mails('Hi Ann')).length, 1);
});

test('what cannot be honoured is named, in the answer and in the timeline, and refused when strict', async () => {
  const tracked: MailDataRequired = {
    ...mail,
    subject: 'Tracked',
    trackingSettings: { openTracking: { enable: true }, clickTracking: { enable: false } },
    ipPoolName: 'pool',
  };
  const [response] = await sendgrid.send(tracked);
  const headers = response.headers as Record<string, string>;
  assert.equal(headers['x-postrider-warnings'], '"tracking_settings", "ip_pool_name"');
  const status = await world.settled(headers['x-message-id'] ?? '');
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.match(accepted.warnings?.[0] ?? '', /^tracking_settings: Opens and clicks are not tracked/);
  const strict = clientWith(world.key);
  strict.setDefaultHeader('X-Postrider-Strict', 'true');
  const error = await refusal(
    strict.request({ method: 'POST', url: '/v3/mail/send', body: bodyOf(tracked) }),
  );
  assert.equal(error.code, 400);
  assert.match(JSON.stringify(error.response.body), /"field":"tracking_settings"/);
});

const bodyOf = ({ subject, ipPoolName }: MailDataRequired) => ({
  from: { email: sender },
  personalizations: [{ to: [{ email: 'ann@example.com' }] }],
  subject,
  content: [{ type: 'text/plain', value: 'x' }],
  ip_pool_name: ipPoolName,
  tracking_settings: { open_tracking: { enable: true } },
});

test('sandbox mode checks and sends nothing; scopes answer a test of the connection', async () => {
  const earlier = await world.storedUntil(({ entries }) => entries === 0);
  const sandbox = { mailSettings: { sandboxMode: { enable: true } } };
  const [response] = await sendgrid.send({ ...mail, ...sandbox, subject: 'Sandbox' });
  assert.equal(response.statusCode, 200);
  const error = await refusal(sendgrid.send({ ...mail, ...sandbox, from: 'ceo@contoso.com' }));
  assert.equal(error.code, 403);
  assert.deepEqual(await world.stored(), earlier);
  const [scopes] = await clientWith(world.key).request({ method: 'GET', url: '/v3/scopes' });
  assert.ok((scopes.body as { scopes: string[] }).scopes.includes('mail.send'));
});

test('refusals are errors of the client', async () => {
  const stranger = clientWith('SG.wrong');
  const badKey = await refusal(
    stranger.request({ method: 'POST', url: '/v3/mail/send', body: bodyOf(mail) }),
  );
  assert.equal(badKey.code, 401);
  const badSender = await refusal(sendgrid.send({ ...mail, from: 'ceo@contoso.com' }));
  assert.equal(badSender.code, 403);
  assert.match(JSON.stringify(badSender.response.body), /"field":"from"/);
  const stats = await refusal(ask('GET', '/v3/stats'));
  assert.match(JSON.stringify(stats.response.body), /"message":"Nothing is counted here/);
  const badField = await refusal(sendgrid.send({ ...mail, to: 'nobody' }));
  assert.equal(badField.code, 400);
  const { errors } = badField.response.body as unknown as { errors: { field: string; message: string }[] };
  assert.equal(errors[0]?.field, 'personalizations.0.to.0');
});

test('a dynamic template of the bridge is filled for each personalization', async () => {
  const [response] = await sendgrid.send({
    from: sender,
    templateId: 'd-1234',
    personalizations: [
      { to: 'ann@example.com', dynamicTemplateData: { name: 'Ann' } },
      { to: 'bob@example.com', dynamicTemplateData: { name: 'Bob' } },
    ],
  });
  for (const id of idsOf(response)) await world.settled(id);
  const [bob] = await world.mails('For Bob');
  assert.deepEqual(bob?.accepted.envelope.to, ['bob@example.com']);
  assert.match(bob.parsed.html ?? '', /<p>Bob<\/p>/);
  for (const sandboxMode of [{ enable: true }, { enable: false }]) {
    const sent = sendgrid.send({ ...mail, text: '', templateId: 'd-1', mailSettings: { sandboxMode } });
    const body = (await refusal(sent)).response.body as unknown as { errors: { field: string }[] };
    assert.equal(body.errors[0]?.field, 'template_id');
  }
});

test('an older template takes substitutions as its variables, and says what the mail says', async () => {
  const [response] = await sendgrid.send({
    ...mail,
    templateId: 'Order_Shipped',
    subject: 'Older',
    substitutions: { name: 'Ann' },
  });
  const headers = response.headers as Record<string, string>;
  assert.equal(headers['x-postrider-warnings'], '"content"');
  await world.settled(headers['x-message-id'] ?? '');
  const [arrived] = await world.mails('Older');
  assert.equal(arrived?.parsed.text?.trim(), 'Hello Ann!');
});

test('sections are filled in where substitutions name them', async () => {
  const [response] = await sendgrid.send({
    ...mail,
    subject: 'Sections',
    text: '{{greeting}} :end',
    substitutions: { greeting: ':hello', name: 'Ann' },
    sections: { ':hello': 'Dear {{name}},', ':end': 'bye' },
  });
  await world.settled(idsOf(response)[0] ?? '');
  const [arrived] = await world.mails('Sections');
  assert.equal(arrived?.parsed.text?.trim(), 'Dear Ann, bye');
});

test('an inline image is one under either name of its id, and where only the HTML says so', async () => {
  const file = { content: 'cG5n', type: 'image/png' };
  const [response] = await sendgrid.send({
    ...mail,
    subject: 'Inline',
    html: '<img src="cid:a"><img src="cid:b"><img src="cid:c">',
    attachments: [
      { ...file, filename: 'a.png', disposition: 'inline', contentId: 'a' },
      { ...file, filename: 'b.png', disposition: 'inline', content_id: 'b' },
      { ...file, filename: 'c.png', content_id: 'c' },
      { ...file, filename: 'd.png', content_id: 'd' },
    ],
  } as MailDataRequired);
  await world.settled(idsOf(response)[0] ?? '');
  const [arrived] = await world.mails('Inline');
  assert.deepEqual(
    arrived?.parsed.attachments.map(({ filename, contentId }) => [filename, contentId]),
    [
      ['a.png', '<a>'],
      ['b.png', '<b>'],
      ['c.png', '<c>'],
      ['d.png', undefined],
    ],
  );
});

test('a compressed body is read, and a bomb is not', async () => {
  const post = (body: Uint8Array, encoding: string) =>
    world.request('POST', '/v3/mail/send', body, { 'content-encoding': encoding });
  const body = JSON.stringify(bodyOf({ ...mail, subject: 'Compressed' }));
  const answer = await post(gzipSync(body), 'gzip');
  assert.equal(answer.status, 202, answer.text);
  await world.settled(answer.headers.get('x-message-id') ?? '');
  assert.equal((await world.mails('Compressed')).length, 1);
  const other = await post(brotliCompressSync(body), 'br');
  assert.equal(other.status, 415);
  assert.equal(other.headers.get('accept-encoding'), 'gzip, deflate');
  assert.ok(other.json.errors[0].message);
  const bomb = await post(gzipSync(Buffer.alloc(200_000_000, ' ')), 'gzip');
  assert.equal(bomb.status, 413);
});

const idsOf = ({ headers }: { headers: unknown }): readonly string[] => {
  const { 'x-message-id': id = '', 'x-postrider-message-ids': ids = id } = headers as Record<string, string>;
  return ids.split(', ');
};

const ask = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) => {
  const [{ statusCode, body: answer }] = await clientWith(world.key).request({
    method,
    url,
    ...(body ? { body } : {}),
  });
  return { statusCode, answer };
};

const newBatch = async (): Promise<string> =>
  ((await ask('POST', '/v3/mail/batch')).answer as { batch_id: string }).batch_id;

const byTemplate = { text: '', templateId: 'd-1234' };

const later = (minutes: number) => Math.floor(Date.now() / 1000) + minutes * 60;

const statusOf = async (id = '') => (await world.request('GET', `/emails/${id}`)).json.status as string;

test('what was sent with a batch id is cancelled together, and what is sent with it later is refused', async () => {
  const batchId = await newBatch();
  assert.deepEqual(await ask('GET', `/v3/mail/batch/${batchId}`), {
    statusCode: 200,
    answer: { batch_id: batchId },
  });
  const scheduled = { ...mail, text: 'x', subject: 'Campaign', sendAt: later(60) };
  const to = Array.from({ length: 20 }, (_, i) => ({ to: `a${i}@example.com` }));
  const [many] = await sendgrid.send({ ...scheduled, batchId, personalizations: to });
  const [single] = await sendgrid.send({ ...scheduled, batchId });
  const [templated] = await sendgrid.send({
    ...scheduled,
    ...byTemplate,
    batchId,
    dynamicTemplateData: { name: 'x' },
  });
  const [other] = await sendgrid.send({ ...scheduled, batchId: await newBatch() });
  assert.equal((many.headers as Record<string, string>)['x-postrider-warnings'], undefined);
  const url = '/v3/user/scheduled_sends';
  const cancelled = { batch_id: batchId, status: 'cancel' };
  assert.deepEqual(await ask('GET', `${url}/${batchId}`), { statusCode: 200, answer: [] });
  assert.deepEqual(await ask('POST', url, cancelled), { statusCode: 201, answer: cancelled });
  for (const id of [...idsOf(many), ...idsOf(single), ...idsOf(templated)]) {
    assert.equal(await statusOf(id), 'cancelled');
  }
  assert.equal(await statusOf(idsOf(other)[0]), 'accepted');
  assert.deepEqual((await ask('GET', `${url}/${batchId}`)).answer, [cancelled]);
  assert.deepEqual((await ask('GET', url)).answer, [cancelled]);
  const earlier = await world.stored();
  const late = await refusal(sendgrid.send({ ...scheduled, batchId }));
  assert.equal(late.code, 409);
  assert.deepEqual(await world.stored(), earlier);
});

test('a batch is changed by its path too, and not paused, nor brought back', async () => {
  const id = await newBatch();
  const url = `/v3/user/scheduled_sends/${id}`;
  const error = await refusal(ask('PATCH', url, { status: 'pause' }));
  assert.equal(error.code, 400);
  assert.match(JSON.stringify(error.response.body), /not paused/);
  assert.equal((await ask('PATCH', url, { status: 'cancel' })).statusCode, 204);
  assert.equal((await refusal(ask('DELETE', url))).code, 400);
  assert.equal((await refusal(ask('GET', '/v3/mail/batch/x'))).code, 400);
  const made = await refusal(sendgrid.send({ ...mail, batchId: 'HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi' }));
  assert.match(JSON.stringify(made.response.body), /"field":"batch_id"/);
});

test('each personalization has its own time; sendMultiple shows nobody the others', async () => {
  const at = [later(60), later(120)];
  const [response] = await sendgrid.send({
    from: sender,
    subject: 'Own time',
    text: 'x',
    personalizations: at.map((sendAt, i) => ({ to: `a${i}@example.com`, sendAt })),
  });
  const times = [];
  for (const id of idsOf(response)) {
    times.push(Date.parse((await world.request('GET', `/emails/${id}`)).json.scheduled_at) / 1000);
  }
  assert.deepEqual(times, at);
  const to = ['ann@example.com', 'bob@example.com'];
  const [multiple] = await sendgrid.sendMultiple({ ...mail, to, subject: 'Multiple', hideWarnings: true });
  for (const id of idsOf(multiple)) await world.settled(id);
  assert.deepEqual(
    new Set((await world.mails('Multiple')).map(({ accepted }) => accepted.envelope.to.join(' '))),
    new Set(to),
  );
});

test('who has used up a limit is told when to come again', async () => {
  const slow = clientWith(throttledKey);
  const request = {
    method: 'POST',
    url: '/v3/mail/send',
    body: bodyOf({ ...mail, subject: 'Limited' }),
  } as const;
  await slow.request(request);
  const error = await refusal(slow.request(request));
  assert.equal(error.code, 429);
  assert.ok(Number((error.response.headers as Record<string, string>)['retry-after']) > 0);
});
