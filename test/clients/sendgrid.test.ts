/**
 * SendGrid's own client, told another base URL.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import clientModule from '@sendgrid/client';
import type { ResponseError } from '@sendgrid/helpers/classes/index.js';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import sendgrid from '@sendgrid/mail';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { registerThrottled, throttledKey } from './throttled.ts';

/** The module's types speak of its class; what is imported is an instance that has the class as a member. */
const { Client } = clientModule as unknown as { Client: new () => Client };
type Client = Parameters<typeof sendgrid.setClient>[0];

let world: World;
const mail: MailDataRequired = { from: sender, to: 'ann@example.com', subject: 'By SendGrid', text: 'Hello' };

before(async () => {
  world = await startWorld({}, { before: registerThrottled() });
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
  const earlier = await world.stored();
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
  const badField = await refusal(sendgrid.send({ ...mail, to: 'nobody' }));
  assert.equal(badField.code, 400);
  const { errors } = badField.response.body as unknown as { errors: { field: string; message: string }[] };
  assert.equal(errors[0]?.field, 'personalizations.0.to.0');
  const template = await refusal(sendgrid.send({ ...mail, templateId: 'd-1' }));
  assert.match(template.toString(), /Templates are not kept here/);
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
