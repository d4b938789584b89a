/**
 * The client of Azure Communication Services, told another endpoint: with the access key of a connection string, and with a token.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { EmailClient, type EmailMessage } from '@azure/communication-email';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { openLossyLine } from './lost-answers.ts';
import { registerThrottled } from './throttled.ts';
import { startTlsFront } from './tls-front.ts';

const accessKey = Buffer.from('an access key of thirty-two byte').toString('base64');

const slowKey = Buffer.from('another access key').toString('base64');

let world: World;
let client: EmailClient;
const mail: EmailMessage = {
  senderAddress: sender,
  content: { subject: 'By ACS', plainText: 'Hello' },
  recipients: { to: [{ address: 'ann@example.com', displayName: 'Last, First' }] },
};

before(async () => {
  world = await startWorld(
    { POSTRIDER_SECRET_ACS: accessKey, POSTRIDER_SECRET_SLOW: slowKey },
    {
      before: registerThrottled({ signingKeys: [{ id: 'slow', scheme: 'acs', secret: 'SLOW' }] }),
      submitter: { signingKeys: [{ id: 'acs', scheme: 'acs', secret: 'ACS' }] },
    },
  );
  client = clientWith(accessKey);
});
after(() => world.stop());

const clientWith = (key: string): EmailClient =>
  new EmailClient(`endpoint=${world.host.url}/;accesskey=${key}`, { allowInsecureConnection: true });

const refused = async (
  sent: Promise<unknown>,
): Promise<{ code: string; statusCode: number; message: string }> =>
  await sent.then(
    () => assert.fail('It was taken.'),
    (error: unknown) => error as { code: string; statusCode: number; message: string },
  );

test('a signed mail with an attachment is sent, and its operation ends', async () => {
  const poller = await client.beginSend({
    ...mail,
    content: { subject: 'Whole', plainText: 'Hello', html: '<p>Hello <img src="cid:logo"></p>' },
    recipients: {
      to: [{ address: 'ann@example.com', displayName: 'Last, First' }],
      cc: [{ address: 'cc@example.com' }],
      bcc: [{ address: 'hidden@example.com' }],
    },
    replyTo: [{ address: 'reply@example.com' }],
    attachments: [
      { name: 'a.txt', contentType: 'text/plain', contentInBase64: Buffer.from('abc').toString('base64') },
      {
        name: 'logo.png',
        contentType: 'image/png',
        contentInBase64: Buffer.from('png').toString('base64'),
        contentId: 'logo',
      },
    ],
  });
  const result = await poller.pollUntilDone();
  assert.equal(result.status, 'Succeeded');
  const [arrived] = await world.mails('Whole');
  assert.deepEqual(arrived?.accepted.envelope.to, [
    'ann@example.com',
    'cc@example.com',
    'hidden@example.com',
  ]);
  assert.equal(arrived.parsed.to?.[0]?.name, 'Last, First');
  assert.equal(arrived.parsed.attachments.length, 2);
});

test('an operation id of the client sends one mail, and names the operation', async () => {
  const operationId = randomUUID();
  const once = { ...mail, content: { subject: 'Once', plainText: 'x' } };
  for (let i = 0; i < 2; i++) {
    const poller = await client.beginSend(once, { operationId });
    const result = await poller.pollUntilDone();
    assert.equal(result.id, operationId);
    assert.equal(result.status, 'Succeeded');
  }
  assert.equal((await world.mails('Once')).length, 1);
});

test('what the client repeats because the answer was lost is one message', async () => {
  const line = await openLossyLine(world.host.url);
  const patient = new EmailClient(`endpoint=${line.url}/;accesskey=${accessKey}`, {
    allowInsecureConnection: true,
  });
  const repeated = { ...mail, content: { subject: 'Repeated', plainText: 'x' } };
  for (let call = 0; call < 2; call++) {
    line.lose('unavailable');
    const poller = await patient.beginSend(repeated);
    assert.equal((await poller.pollUntilDone()).status, 'Succeeded');
  }
  assert.deepEqual(line.statuses.slice(0, 2), [202, 202]);
  assert.equal((await world.mails('Repeated')).length, 2);
  await line.stop();
});

test('a key serves as a token', async () => {
  const credential = {
    getToken: async () => ({ token: world.key, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const front = await startTlsFront(world.host.url);
  after(() => front.stop());
  const byToken = new EmailClient(front.url, credential);
  const poller = await byToken.beginSend({ ...mail, content: { subject: 'Token', plainText: 'x' } });
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded');
});

test('refusals are errors of the client', async () => {
  const badKey = await refused(clientWith(Buffer.from('wrong').toString('base64')).beginSend(mail));
  assert.equal(badKey.statusCode, 401);
  assert.match(badKey.message, /No signing key of a submitter makes this signature/);
  const badSender = await refused(client.beginSend({ ...mail, senderAddress: 'ceo@contoso.com' }));
  assert.equal(badSender.statusCode, 403);
  assert.equal(badSender.code, 'SenderNotAllowed');
  const badField = await refused(client.beginSend({ ...mail, recipients: { to: [{ address: 'nobody' }] } }));
  assert.equal(badField.statusCode, 400);
  assert.equal(badField.code, 'InvalidSubmission');
  assert.match(badField.message, /^recipients\.to\.0: There is no "@"/);
});

test('a signature is of one request: another body, path or time is not signed', async () => {
  const seen: { headers: Record<string, string>; body: string }[] = [];
  const spied = new EmailClient(`endpoint=${world.host.url}/;accesskey=${accessKey}`, {
    allowInsecureConnection: true,
    additionalPolicies: [
      {
        position: 'perRetry',
        policy: {
          name: 'spy',
          sendRequest(request, next) {
            seen.push({ headers: request.headers.toJSON(), body: request.body as string });
            return next(request);
          },
        },
      },
    ],
  });
  await spied.beginSend({ ...mail, content: { subject: 'Spied', plainText: 'x' } });
  const [{ headers, body } = assert.fail()] = seen;
  const path = '/emails:send?api-version=2025-09-01';
  const post = (to: string, text: string, more: Record<string, string> = {}) =>
    world.request('POST', to, text, { ...headers, ...more });
  assert.equal((await post(path, body.replace('Spied', 'Other'))).status, 401);
  assert.equal((await post(`${path}&x=1`, body)).status, 401);
  assert.equal(
    (await post(path, body, { 'x-ms-date': new Date(Date.now() - 60_000).toUTCString() })).status,
    401,
  );
  assert.equal((await world.mails('Other')).length, 0);
});

test('who has used up a limit is told that it is too many', async () => {
  const slow = new EmailClient(`endpoint=${world.host.url}/;accesskey=${slowKey}`, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  await slow.beginSend({ ...mail, content: { subject: 'Limited', plainText: 'x' } });
  const error = await refused(slow.beginSend(mail));
  assert.equal(error.statusCode, 429);
  assert.equal(error.code, 'TooManyRequests');
});
