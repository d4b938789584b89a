/**
 * Bad input and strangers: each gets a clear answer, and leaves nothing behind.
 */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { sender, startWorld, type Answer, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

/** Sends, and holds the answer and what is left in storage to the rules for every refusal. */
async function refused(send: () => Promise<Answer>, status: number, code: string): Promise<Answer> {
  const stored = await world.stored();
  const answer = await send();
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.equal(answer.json.code, code);
  assert.equal(answer.json.status, status);
  assert.equal(answer.json.type, `/problems/${code}`);
  assert.ok(answer.json.detail.length > 20, 'the detail says what to do');
  assert.deepEqual(await world.stored(), stored);
  const explained = await world.request('GET', answer.json.type);
  assert.equal(explained.json.title, answer.json.title);
  return answer;
}

const mail = { from: sender, to: 'ops@example.com', subject: 's', text: 't' };
const post = (body: unknown, headers: Record<string, string | undefined> = {}) =>
  world.request('POST', '/emails', body, headers);

test('no key, a wrong key, two keys', async () => {
  const anonymous = await refused(() => post(mail, { authorization: undefined }), 401, 'missing-credentials');
  assert.match(anonymous.headers.get('www-authenticate') ?? '', /^Bearer/);
  await refused(() => post(mail, { authorization: 'Bearer nonsense' }), 401, 'invalid-api-key');
  await refused(
    () => post(mail, { authorization: `Bearer ${world.key.slice(0, -1)}` }),
    401,
    'invalid-api-key',
  );
  await refused(() => post(mail, { 'x-api-key': 'other' }), 400, 'ambiguous-credentials');
  const accepted = await post(mail, { authorization: undefined, 'x-api-key': world.key });
  assert.equal(accepted.status, 202);
  await world.settled(accepted.json.id);
  // The next test counts what is stored: the doorbell must be off the hook.
  await world.storedUntil(({ entries }) => entries === 0);
});

test('a header that claims an address authorises nobody', async () => {
  const claims = {
    authorization: undefined,
    'client-ip': '10.0.0.1',
    'x-forwarded-for': '10.0.0.1',
    'x-client-ip': '10.0.0.1',
  };
  await refused(() => post(mail, claims), 401, 'missing-credentials');
});

test('a sender that the submitter may not use', async () => {
  const answer = await refused(() => post({ ...mail, from: 'ceo@contoso.com' }), 403, 'sender-not-allowed');
  assert.match(answer.json.detail, /ceo@contoso\.com.*alerts@contoso\.com/);
});

test('bodies that are no JSON object', async () => {
  await refused(() => post('{"from": '), 400, 'invalid-json');
  await refused(() => post(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'invalid-json');
  await refused(() => post('"text"'), 422, 'invalid-submission');
  await refused(() => post('[]'), 422, 'invalid-submission');
  await refused(() => post('[['.repeat(50_000)), 400, 'invalid-json');
  await refused(() => post(`{"metadata":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`), 400, 'invalid-json');
  await refused(() => post('{"__proto__":{"a":1},"from":"a@b.c"}'), 400, 'invalid-json');
  await refused(() => post('{"to":"a@b.c","to":"d@e.f"}'), 400, 'invalid-json');
});

test('content types and encodings that are not read', async () => {
  await refused(
    () => post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'unsupported-media-type',
  );
  await refused(() => post(mail, { 'content-type': 'text/html' }), 415, 'unsupported-media-type');
  await refused(() => post(mail, { 'content-encoding': 'br' }), 415, 'unsupported-content-encoding');
  await refused(() => post(mail, { 'content-encoding': 'gzip' }), 400, 'invalid-content-encoding');
});

test('an empty body, a body without length, a body too large', async () => {
  await refused(() => post('', {}), 400, 'empty-body');
  const chunked = await new Promise<number>((resolve, reject) => {
    const outgoing = httpRequest(
      `${world.host.url}/emails`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.write('{');
    setTimeout(() => outgoing.end('}'), 20);
  });
  assert.equal(chunked, 411);
  await refused(() => post(Buffer.alloc(40_000_000, 32)), 413, 'body-too-large');
});

test('all faults at once, with pointers', async () => {
  const answer = await refused(
    () =>
      post({
        from: 'nobody',
        to: ['ops@example.com', 'a\r\nBcc: evil@example.org'],
        recipients: 'x',
        subject: 'a\nb',
        attachments: [{ filename: '../x', content: '?' }],
      }),
    422,
    'invalid-submission',
  );
  const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer);
  for (const expected of [
    '#/from',
    '#/to/1',
    '#/recipients',
    '#/subject',
    '#/attachments/0/filename',
    '#/attachments/0/content',
  ]) {
    assert.ok(pointers.includes(expected), `${expected} in ${pointers.join(' ')}`);
  }
  const unknown = answer.json.errors.find(({ pointer }: { pointer: string }) => pointer === '#/recipients');
  assert.match(unknown.detail, /"to"/);
});

test('ten thousand recipients, lone surrogates, line breaks in every slot', async () => {
  const many = Array.from({ length: 10_000 }, (_, i) => `r${i}@example.com`);
  await refused(() => post({ ...mail, to: many }), 422, 'invalid-submission');
  await refused(
    () => post('{"from":"alerts@contoso.com","to":"a@b.example","subject":"\\ud800","text":"t"}'),
    400,
    'invalid-json',
  );
  for (const breaks of ['\r\n', '\n', '\r', '\u0000', '\u2028', '\u0085']) {
    const evil = `x${breaks}Bcc: evil@example.org`;
    await refused(() => post({ ...mail, subject: evil }), 422, 'invalid-submission');
    await refused(() => post({ ...mail, to: evil }), 422, 'invalid-submission');
    await refused(() => post({ ...mail, reply_to: `"${evil}" <a@b.example>` }), 422, 'invalid-submission');
    await refused(() => post({ ...mail, headers: { 'X-A': evil } }), 422, 'invalid-submission');
    await refused(() => post({ ...mail, headers: { [`X-A${breaks}B`]: 'x' } }), 422, 'invalid-submission');
    await refused(
      () => post({ ...mail, attachments: [{ filename: evil, content: 'YQ==' }] }),
      422,
      'invalid-submission',
    );
  }
});

test('an idempotency key that is none', async () => {
  await refused(() => post(mail, { 'idempotency-key': 'x'.repeat(257) }), 400, 'invalid-idempotency-key');
  await refused(() => post(mail, { 'idempotency-key': '""' }), 400, 'invalid-idempotency-key');
});

test('paths and methods that do not exist', async () => {
  await refused(() => world.request('GET', '/nothing'), 404, 'not-found');
  const wrong = await refused(() => world.request('DELETE', '/emails'), 405, 'method-not-allowed');
  assert.equal(wrong.headers.get('allow'), 'POST, GET');
  await refused(() => world.request('GET', '/emails/01kah0000000000000000000ab'), 404, 'message-not-found');
  await refused(
    () => world.request('GET', `/emails/${encodeURIComponent("0' or RowKey ne '")}`),
    404,
    'message-not-found',
  );
});
