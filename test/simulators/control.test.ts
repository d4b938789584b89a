import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRecord, askForToken, getToken, mail, openTenant, sendMail } from './tenant.ts';

const tenant = await openTenant();
const { control } = tenant.urls;

async function ask(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(`${control}${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'Content-Type': type } }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text.startsWith('{') ? asRecord(JSON.parse(text)) : {} };
}

test('another process programs a fault, sees it waiting, and it happens', async () => {
  const answer = await ask('POST', '/faults/entra', '{"kind":"status","status":503,"retryAfter":"7"}');
  assert.equal(answer.status, 201);
  assert.deepEqual((await ask('GET', '/faults/entra')).body['pending'], [
    { fault: { kind: 'status', status: 503, retryAfter: '7' }, left: 1 },
  ]);
  const { status, headers } = await askForToken(tenant);
  assert.deepEqual([status, headers.get('Retry-After')], [503, '7']);
  assert.deepEqual((await ask('GET', '/faults/entra')).body['pending'], []);
});

test('every simulator has a script with named kinds; DELETE empties it', async () => {
  for (const simulator of ['entra', 'graph', 'smtp']) {
    const { body } = await ask('GET', `/faults/${simulator}`);
    assert.ok(Object.keys(asRecord(body['kinds'])).length > 3, simulator);
  }
  await ask('POST', '/faults/graph', '[{"kind":"hang"},{"kind":"reset-before","times":4}]');
  assert.equal(tenant.faults.graph.list().length, 2);
  assert.equal((await ask('DELETE', '/faults/graph')).status, 204);
  assert.equal(tenant.faults.graph.list().length, 0);
});

test('mistakes are told in a sentence and change nothing', async () => {
  const mistakes: [string, string, string | undefined, number, RegExp][] = [
    ['POST', '/faults/graph', '{', 400, /not JSON/],
    ['POST', '/faults/graph', '{"kind":"flood"}', 400, /one of: status/],
    ['POST', '/faults/graph', '{"kind":"slow"}', 400, /"ms"/],
    ['POST', '/faults/graph', `"${'x'.repeat(70_000)}"`, 413, /64 KB/],
    ['POST', '/faults/constructor', '{"kind":"slow"}', 404, /entra, graph, smtp/],
    ['PUT', '/faults/graph', '{}', 405, /GET, POST, DELETE/],
    ['GET', '/mails?limit=many', undefined, 400, /whole number/],
    ['GET', '/mails/nothing', undefined, 404, /no mail "nothing"/],
    ['PUT', '/mails', '{}', 405, /GET, DELETE/],
    ['GET', '/', undefined, 404, /faults/],
  ];
  for (const [method, path, body, status, sentence] of mistakes) {
    const answer = await ask(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.match(String(answer.body['error']), sentence);
  }
  const plain = await ask('POST', '/faults/graph', '{"kind":"hang"}', 'text/plain');
  assert.equal(plain.status, 415, 'a foreign web page can post text without asking');
  assert.deepEqual(tenant.faults.graph.list(), []);
});

test('accepted mails can be listed, read whole and forgotten', async () => {
  const token = await getToken(tenant);
  await sendMail(tenant, token, mail({ subject: 'first' }));
  await sendMail(tenant, token, mail({ subject: 'second' }));
  const list = (await ask('GET', '/mails')).body;
  assert.equal(list['accepted'], 2);
  assert.ok(Array.isArray(list['mails']));
  const [newest] = list['mails'].map(asRecord);
  assert.deepEqual(newest?.['envelope'], { from: 'alerts@contoso.com', to: ['ada@example.com'] });
  assert.equal(newest?.['via'], 'graph-json');
  assert.equal('mime' in newest, false);

  const one = (await ask('GET', `/mails/${String(newest?.['id'])}`)).body;
  assert.equal(asRecord(asRecord(one['json'])['message'])['subject'], 'second');
  assert.match(String(one['source']), /^Subject: second\r$/m);
  const raw = await fetch(`${control}/mails/${String(newest?.['id'])}/raw`);
  assert.equal(raw.headers.get('Content-Type'), 'message/rfc822');
  assert.equal(await raw.text(), one['source']);

  assert.equal(asRecord(JSON.parse((await ask('GET', '/mails?limit=1')).text))['accepted'], 2);
  assert.equal((await ask('DELETE', '/mails')).status, 204);
  assert.deepEqual((await ask('GET', '/mails')).body, { accepted: 2, mails: [] });
});
