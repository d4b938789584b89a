/**
 * The client of Microsoft Graph, told another base URL, with a key in the place of a token.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, GraphError } from '@microsoft/microsoft-graph-client';
import { signed } from '../journeys/mime-samples.ts';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { openLossyLine } from './lost-answers.ts';
import { registerThrottled, throttledKey } from './throttled.ts';
import { startTlsFront, type TlsFront } from './tls-front.ts';

let world: World;
let front: TlsFront;
let graph: Client;

before(async () => {
  world = await startWorld({}, { before: registerThrottled() });
  front = await startTlsFront(world.host.url);
  graph = clientWith(world.key);
});
after(async () => {
  await front.stop();
  await world.stop();
});

const clientWith = (key: string, baseUrl = front.url): Client =>
  Client.init({
    baseUrl,
    customHosts: new Set(['localhost']),
    authProvider: (done) => done(null, key),
  });

const person = (address: string, name?: string) => ({ emailAddress: { address, ...(name ? { name } : {}) } });

const message = (subject: string) => ({
  subject,
  body: { contentType: 'Text', content: 'Hello' },
  toRecipients: [person('ann@example.com')],
});

const postLimited = () =>
  fetch(`${front.url}/v1.0/users/${sender}/sendMail`, {
    method: 'POST',
    headers: { authorization: `Bearer ${throttledKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ message: message('Limited') }),
  });

const until = async (subject: string) => {
  for (let tries = 0; tries < 200; tries++) {
    const [mail] = await world.mails(subject);
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`"${subject}" did not arrive`);
};

const refused = (sent: Promise<unknown>): Promise<GraphError> =>
  sent.then(
    () => assert.fail('It was taken.'),
    (error: unknown) => {
      assert.ok(error instanceof GraphError);
      return error;
    },
  );

test('a message in JSON with an attachment is sent as the client means it', async () => {
  const answer: unknown = await graph.api(`/users/${sender}/sendMail`).post({
    message: {
      ...message('Whole'),
      body: { contentType: 'HTML', content: '<p>Hello <img src="cid:logo"></p>' },
      toRecipients: [person('ann@example.com', 'Last, First')],
      ccRecipients: [person('cc@example.com')],
      bccRecipients: [person('hidden@example.com')],
      replyTo: [person('reply@example.com')],
      importance: 'High',
      internetMessageHeaders: [{ name: 'X-Ticket', value: '7' }],
      attachments: [
        {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'a.txt',
          contentType: 'text/plain',
          contentBytes: Buffer.from('abc').toString('base64'),
        },
        {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'logo.png',
          contentType: 'image/png',
          contentBytes: Buffer.from('png').toString('base64'),
          isInline: true,
          contentId: 'logo',
        },
      ],
    },
    saveToSentItems: false,
  });
  assert.ok(!answer || typeof answer !== 'object' || !('id' in answer));
  const { accepted, parsed } = await until('Whole');
  assert.deepEqual(accepted.envelope.to, ['ann@example.com', 'cc@example.com', 'hidden@example.com']);
  assert.equal(parsed.to?.[0]?.name, 'Last, First');
  assert.equal(parsed.attachments.length, 2);
  assert.equal(parsed.headers.find(({ key }) => key === 'x-ticket')?.value, '7');
});

test('a message in MIME, for a user and for /me', async () => {
  for (const path of [`/users/${sender}/sendMail`, '/me/sendMail']) {
    const subject = `MIME ${path.length}`;
    const mime = `From: ${sender}\r\nTo: ann@example.com\r\nSubject: ${subject}\r\n\r\nHello\r\n`;
    await graph.api(path).header('Content-Type', 'text/plain').post(Buffer.from(mime).toString('base64'));
    const { parsed } = await until(subject);
    assert.equal(parsed.text?.trim(), 'Hello');
  }
});

test('the action by its full name, and the beta version', async () => {
  for (const [version, action] of [
    ['v1.0', 'microsoft.graph.sendMail'],
    ['beta', 'sendMail'],
  ]) {
    const subject = `By ${version} ${action}`;
    await graph
      .api(`/users/${sender}/${action}`)
      .version(version ?? '')
      .post({ message: message(subject) });
    await until(subject);
  }
});

const file = (type: string, name: string, more = {}) => ({
  '@odata.type': type,
  name,
  contentType: 'image/png',
  contentBytes: 'cG5n',
  ...more,
});

test('files are files in every spelling of their type, and shown where the HTML says so', async () => {
  await graph.api(`/users/${sender}/sendMail`).post({
    message: {
      ...message('Files'),
      body: { contentType: 'html', content: '<img src="cid:a">' },
      attachments: [
        file('microsoft.graph.fileAttachment', 'a.png', { contentId: 'a' }),
        file('#Microsoft.Graph.FileAttachment', 'b.png', { contentId: 'b' }),
      ],
    },
  });
  const { parsed } = await until('Files');
  assert.deepEqual(
    parsed.attachments.map(({ contentId }) => contentId),
    ['<a>', undefined],
  );
  const item = { '@odata.type': '#microsoft.graph.itemAttachment', name: 'x' };
  const error = await refused(
    graph.api(`/users/${sender}/sendMail`).post({ message: { ...message('No'), attachments: [item] } }),
  );
  assert.match(error.message, /^message\.attachments\.0: Only files/);
});

test('a message in MIME without From is the mailbox’s', async () => {
  const mime = 'To: ann@example.com\r\nSubject: No author\r\n\r\nHello\r\n';
  await graph
    .api(`/users/${sender}/sendMail`)
    .header('Content-Type', 'text/plain')
    .post(Buffer.from(mime).toString('base64'));
  const { parsed } = await until('No author');
  assert.equal(parsed.from?.address, sender);
});

test('a signed message in MIME is signed when it arrives', async (t) => {
  const sample = signed();
  if (!sample) return t.skip('There is no openssl here.');
  await graph
    .api(`/users/${sender}/sendMail`)
    .header('Content-Type', 'text/plain')
    .post(sample.message.toString('base64'));
  assert.ok(sample.verifies((await until(sample.subject)).accepted.mime));
});

test('/me needs a sender in the message', async () => {
  await graph.api('/me/sendMail').post({ message: { ...message('From me'), from: person(sender) } });
  await until('From me');
  const error = await refused(graph.api('/me/sendMail').post({ message: message('From nobody') }));
  assert.equal(error.statusCode, 400);
  assert.match(error.message, /name the sender in "from"/);
});

test('what the client repeats because the answer was lost is one message', async () => {
  const line = await openLossyLine(world.host.url);
  const lossy = await startTlsFront(line.url);
  const patient = clientWith(world.key, lossy.url);
  const { rows } = await world.stored();
  for (let call = 0; call < 2; call++) {
    line.lose('unavailable');
    await patient.api(`/users/${sender}/sendMail`).post({ message: message('Repeated') });
  }
  assert.deepEqual(line.statuses, [202, 202, 202, 202]);
  assert.equal((await world.stored()).rows, rows + 2);
  await lossy.stop();
  await line.stop();
});

test('refusals are errors of the client', async () => {
  const path = `/users/${sender}/sendMail`;
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20ifQ.c2lnbmF0dXJl';
  const badKey = await refused(
    clientWith(token)
      .api(path)
      .post({ message: message('Refused') }),
  );
  assert.equal(badKey.statusCode, 401);
  assert.ok(!world.logged.some((line) => line.includes(token.slice(0, 30))));
  const badSender = await refused(
    graph.api('/users/ceo@contoso.com/sendMail').post({ message: message('No') }),
  );
  assert.equal(badSender.statusCode, 403);
  assert.equal(badSender.code, 'ErrorSendAsDenied');
  const badField = await refused(
    graph.api(path).post({ message: { ...message('No'), toRecipients: [person('nobody')] } }),
  );
  assert.equal(badField.code, 'ErrorInvalidRequest');
  assert.match(badField.message, /^message\.toRecipients\.0: /);
  assert.ok(badField.requestId);
  const draft = await refused(graph.api(`/users/${sender}/messages`).post(message('Draft')));
  assert.equal(draft.statusCode, 404);
  assert.match(draft.message, /the bridge uploads large ones itself/);
  const batched = await refused(graph.api('/$batch').post({ requests: [] }));
  assert.match(batched.message, /Call sendMail for each message/);
  const badMime = await refused(graph.api(path).header('Content-Type', 'text/plain').post('no base64!'));
  assert.equal(badMime.statusCode, 400);
});

test('who has used up a limit is told when to come again', async () => {
  assert.equal((await postLimited()).status, 202);
  // The client itself would wait for as long as it is told, and try again.
  const answer = await postLimited();
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  const { error } = (await answer.json()) as { error: { code: string } };
  assert.equal(error.code, 'ApplicationThrottled');
});
