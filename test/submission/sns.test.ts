/**
 * Hooks of Amazon SNS: signatures and confirmations, against a server on this machine that has SNS's name and a certificate of its
 * own.
 */
import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { generate } from 'selfsigned';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { createAuthority } from '../../infra/simulators/authority.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { buildRegister } from '../../shared/access/register.ts';
import { stringToSign } from '../../shared/alerts/sns-signature.ts';
import { ok } from '../../shared/platform/problem.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { openAlertLedger, type AlertLedger } from '../../shared/sense/ledger.ts';
import { createSnsClient, type SnsNetwork } from '../../shared/submission/sns-client.ts';
import { submitHook } from '../../shared/submission/submit-hook.ts';

const host = 'sns.eu-west-1.amazonaws.com';
const signing = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], { keySize: 2048 });
let now = new Date();
const clock = { now: () => now };
let server: Server;
let network: SnsNetwork;
let visits: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

let azurite: Azurite;
let ledger: AlertLedger;
before(async () => {
  azurite = await startAzurite();
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  ledger = openAlertLedger(storage.table(storageNames.alerts));
  const authority = await createAuthority();
  server = createServer(await authority.issue([host]), (request, response) => {
    visits.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  network = {
    lookup: (_name, { all }, done) => {
      if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
    port: (server.address() as AddressInfo).port,
    ca: authority.caPem,
  };
});
after(async () => {
  server.close();
  await azurite.stop();
});
beforeEach(() => {
  visits = [];
  now = new Date();
  answer = ({ url }, response) =>
    url?.endsWith('.pem') ? response.end(signing.cert) : response.end('<ConfirmSubscriptionResponse/>');
});

const hook: Hook = {
  name: 'aws',
  submitter: 'app',
  from: 'a@contoso.com',
  to: ['o@x.com'],
  adapter: 'aws-sns',
};
const notification = {
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: 'arn:aws:sns:eu-west-1:1:ops',
  Message: 'Disk is full',
  Timestamp: '2026-11-28T10:00:00.000Z',
  SigningCertURL: `https://${host}/SimpleNotificationService-1.pem`,
};
const confirmation = {
  ...notification,
  Type: 'SubscriptionConfirmation',
  Token: 'token',
  SubscribeURL: `https://${host}/?Action=ConfirmSubscription&TopicArn=x&Token=token`,
};
const sign = (fields: Record<string, unknown>) => ({
  ...fields,
  SignatureVersion: '2',
  Signature: createSign('RSA-SHA256')
    .update(stringToSign(fields) ?? '', 'utf8')
    .sign(signing.private, 'base64'),
});

/** What becomes of a body: the subjects that were mailed, and the outcome. */
async function call(body: unknown, more: Partial<Hook> = {}, client = createSnsClient(clock, network)) {
  const mails: Record<string, unknown>[] = [];
  const outcome = await submitHook(
    {
      clock,
      register: buildRegister({}),
      ledger,
      noted: new Map(),
      sns: () => Promise.resolve(client),
      submit({ document }) {
        mails.push(document as Record<string, unknown>);
        const accepted = {
          id: 'x',
          acceptedAt: now,
          estimatedAt: now,
          status: 'accepted',
          replayed: false,
        } as const;
        return Promise.resolve(ok(accepted));
      },
    },
    {
      hook: { ...hook, ...more },
      caller: { submitter: { name: 'app', senders: [], networks: [], disabled: false } },
      method: 'POST',
      header: () => undefined,
      query: new URLSearchParams(),
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    },
  );
  return { code: outcome.ok ? 'ok' : outcome.problem.code, outcome, mails };
}

test('what SNS signed is taken, and its certificate is fetched once', async () => {
  const client = createSnsClient(clock, network);
  for (let i = 0; i < 3; i++) assert.equal((await call(sign(notification), {}, client)).mails.length, 1);
  assert.deepEqual(visits, ['/SimpleNotificationService-1.pem']);
});

test('a wrong signature, or a certificate from elsewhere, is refused, and nothing is fetched from there', async () => {
  const signed = sign(notification);
  for (const body of [
    { ...signed, Message: 'Disk is fine' },
    { ...signed, Signature: undefined },
    notification,
  ])
    assert.deepEqual([(await call(body)).code, (await call(body)).mails], ['sns-signature-wrong', []]);
  const seen = visits.length;
  for (const SigningCertURL of ['https://evil.example/x.pem', 'https://bucket.s3.amazonaws.com/x.pem', ''])
    assert.equal((await call({ ...signed, SigningCertURL })).code, 'sns-signature-wrong');
  assert.equal(visits.length, seen);
});

test('a hook that says nothing of SNS takes its messages by the key alone, and what is no envelope is a mail', async () => {
  assert.equal((await call(notification, { adapter: 'generic' })).mails.length, 1);
  assert.equal((await call('A test by hand')).mails.length, 1);
  assert.deepEqual(visits, []);
});

test('a certificate that cannot be had makes SNS come again', async () => {
  const faults: (typeof answer)[] = [
    (_, response) => void response.writeHead(500).end(),
    (_, response) => void response.writeHead(302, { location: `https://${host}/other.pem` }).end(),
    (_, response) => void response.end('no certificate'),
    (_, response) => void response.end(`-----BEGIN CERTIFICATE-----${'A'.repeat(50_000)}`),
    (request) => void request.socket.destroy(),
  ];
  for (const fault of faults) {
    answer = fault;
    const client = createSnsClient(clock, network);
    const { code, mails, outcome } = await call(sign(notification), {}, client);
    assert.deepEqual([code, mails], ['sns-certificate-unavailable', []]);
    assert.ok(!outcome.ok && outcome.problem.retryAfterSeconds === 20);
  }
  assert.ok(!visits.includes('/other.pem'));
});

test('it is asked for again after a while, and not before', async () => {
  const good = answer;
  answer = (_, response) => void response.writeHead(503).end();
  const client = createSnsClient(clock, network);
  await call(sign(notification), {}, client);
  await call(sign(notification), {}, client);
  assert.equal(visits.length, 1);
  answer = good;
  now = new Date(now.getTime() + 6000);
  assert.equal((await call(sign(notification), {}, client)).code, 'ok');
});

test('a server of another name, or with another authority, is not SNS', async () => {
  const other = await createAuthority();
  const client = createSnsClient(clock, { ...network, ca: other.caPem });
  assert.equal((await call(sign(notification), {}, client)).code, 'sns-certificate-unavailable');
  const region = 'sns.us-east-1.amazonaws.com';
  const elsewhere = { ...notification, SigningCertURL: `https://${region}/x.pem` };
  assert.equal((await call(sign(elsewhere))).code, 'sns-certificate-unavailable');
});

test('a subscription is confirmed by a person, or at once where the hook says so and the signature is right', async () => {
  const asked = await call(sign(confirmation));
  assert.match(String(asked.mails[0]?.['subject']), /Confirm the subscription/);
  assert.ok(String(asked.mails[0]?.['html']).includes('Action=ConfirmSubscription'));
  assert.ok(!visits.some((url) => url.startsWith('/?')));

  for (const adapter of ['aws-sns', 'generic']) {
    const done = await call(sign(confirmation), { confirmSubscriptions: true, adapter });
    assert.match(String(done.mails[0]?.['subject']), /Confirmed the subscription/);
    assert.ok(done.outcome.ok && done.outcome.value.kind === 'answered');
  }
  assert.equal(
    visits.filter((url) => url === '/?Action=ConfirmSubscription&TopicArn=x&Token=token').length,
    2,
  );

  const forged = await call(confirmation, { confirmSubscriptions: true, adapter: 'generic' });
  assert.deepEqual([forged.code, forged.mails], ['sns-signature-wrong', []]);
});

test('a confirmation that fails, or leads elsewhere, is left to a person', async () => {
  const good = answer;
  answer = (request, response) =>
    request.url?.endsWith('.pem') ? good(request, response) : void response.writeHead(400).end();
  const failed = await call(sign(confirmation), { confirmSubscriptions: true });
  assert.match(String(failed.mails[0]?.['subject']), /Confirm the subscription/);
  const seen = visits.length;
  const away = sign({ ...confirmation, SubscribeURL: 'https://evil.example/' });
  const left = await call(away, { confirmSubscriptions: true });
  assert.match(String(left.mails[0]?.['text']), /does not lead to Amazon SNS/);
  assert.equal(visits.slice(seen).filter((url) => !url.endsWith('.pem')).length, 0);
});
