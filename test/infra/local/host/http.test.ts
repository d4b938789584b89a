import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type Host, startHost } from '../../../../infra/local/host/host.ts';
import type { LogEntry } from '../../../../infra/local/host/log.ts';

interface Told {
  method: string;
  url: string;
  headers: Record<string, string>;
  query: [string, string][];
  params: Record<string, string>;
  body: string;
}

const LIMIT = 1_000_000;
const log: LogEntry[] = [];
let host: Host;
before(async () => {
  host = await startHost({
    appDirectory: path.join(import.meta.dirname, '../fixtures/http'),
    port: 0,
    log: (entry) => log.push(entry),
    settings: {
      GREETING: 'from the caller',
      'AzureWebJobs.off.Disabled': 'true',
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(LIMIT),
    },
  });
});
after(() => host.stop());

const at = (target: string): string => `${host.url}/v1${target}`;
async function told(target: string, init: RequestInit = {}): Promise<Told> {
  const response = await fetch(at(target), init);
  assert.equal(response.status, 200);
  const answer: Told = JSON.parse(await response.text());
  return answer;
}

/** Writes the head of a request and returns all that comes until the host closes the connection. */
async function raw(...lines: string[]): Promise<string> {
  const socket = connect(host.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write([...lines, 'Host: bridge.example', '', ''].join('\r\n'));
  return text(socket);
}

test('routes ignore case and a trailing slash, and keep the case of parameters', async () => {
  assert.equal((await told('/ITEMS/12/')).params['id'], '12');
  assert.equal((await told('/Files/A/b')).params['rest'], 'A/b');
});

test('a constraint that does not hold is 404', async () => {
  assert.equal((await fetch(at('/items/twelve'))).status, 404);
});

test('a catch-all takes the rest of the path, also none of it; %2F stays as it is', async () => {
  assert.deepEqual((await told('/files')).params, {});
  assert.deepEqual((await told('/files/a/b%20c%2Fd')).params, { rest: 'a/b c%2Fd' });
});

test('a wrong method is 404, not 405', async () => {
  assert.equal((await fetch(at('/echo'), { method: 'DELETE' })).status, 404);
});

test('without methods a function takes GET and POST; without a route its name is the route', async () => {
  assert.equal(await (await fetch(at('/unnamed'))).text(), 'by its name');
  assert.equal((await fetch(at('/unnamed'), { method: 'POST' })).status, 200);
  assert.equal((await fetch(at('/unnamed'), { method: 'PUT' })).status, 404);
});

test('of two matching routes the function with the first name answers', async () => {
  assert.equal(await (await fetch(at('/order/literal'))).text(), 'alpha');
});

test('a reserved route and a doubled one are left out, with an error in the log', async () => {
  assert.equal((await fetch(`${host.url}/v1/admin/mine`)).status, 404);
  assert.notEqual(await (await fetch(at('/echo'), { method: 'POST' })).text(), 'never');
  const left = log.filter(({ message }) => message.startsWith('The function is left out'));
  assert.deepEqual(
    left.map(({ category, level }) => [category, level]),
    [
      ['Function.zz-reserved', 'error'],
      ['Function.zz-twin', 'error'],
    ],
  );
});

test('a disabled function is 404, and authLevel is not asked for', async () => {
  assert.equal((await fetch(at('/off'))).status, 404);
  assert.equal((await fetch(at('/secret'))).status, 200);
});

test('a body with Content-Length arrives byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const { body, method } = await told('/echo', { method: 'POST', body: bytes });
  assert.equal(method, 'POST');
  assert.deepEqual(Buffer.from(body, 'latin1'), bytes);
});

test('a large body in many chunks arrives whole', async () => {
  const bytes = Buffer.from(Array.from({ length: LIMIT }, (_, i) => 32 + (i % 90)));
  const { body } = await told('/echo', { method: 'PUT', body: bytes });
  assert.equal(body, bytes.toString('latin1'));
});

test('a chunked body arrives empty', async () => {
  const stream = new Blob(['lost']).stream();
  const { body, headers } = await told('/echo', { method: 'POST', body: stream, duplex: 'half' });
  assert.equal(body, '');
  assert.equal(headers['transfer-encoding'], 'chunked');
});

test('a body over the limit is 500 and closes the connection; the next request works', async () => {
  const response = await fetch(at('/echo'), { method: 'POST', body: Buffer.alloc(LIMIT + 1) }).catch(
    () => null,
  );
  // The answer can overtake the upload, in which case fetch may see the closed connection first.
  assert.equal(response?.status ?? 500, 500);
  const answer = await raw('POST /v1/echo HTTP/1.1', `Content-Length: ${LIMIT + 1}`);
  assert.match(answer, /^HTTP\/1\.1 500 /);
  assert.match(answer, /\r\nConnection: close\r\n/i);
  assert.equal((await fetch(at('/echo'))).status, 200);
});

test('headers come in lower case and joined, with those of the front end', async () => {
  const answer = await raw(
    'GET /v1/echo HTTP/1.1',
    'Connection: close',
    'X-Two: a',
    'x-two: b',
    '__proto__: polluted',
  );
  const { headers, url }: Told = JSON.parse(answer.slice(answer.indexOf('{')));
  assert.equal(headers['x-two'], 'a,b');
  assert.match(headers['client-ip'] ?? '', /^127\.0\.0\.1:\d+$/);
  assert.equal(headers['x-forwarded-for'], headers['client-ip']);
  assert.equal(headers['x-forwarded-proto'], 'http');
  assert.equal(headers['disguised-host'], 'bridge.example');
  assert.match(headers['x-arr-log-id'] ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(url, 'http://bridge.example/v1/echo');
  assert.equal(Object.hasOwn(Object.prototype, 'value'), false);
});

test("a client's own client-ip is overwritten, its x-forwarded-for kept to the left", async () => {
  const { headers } = await told('/echo', {
    headers: { 'client-ip': '10.9.9.9:1', 'x-forwarded-for': '10.1.1.1', 'x-arr-log-id': 'mine' },
  });
  assert.match(headers['client-ip'] ?? '', /^127\.0\.0\.1:\d+$/);
  assert.equal(headers['x-forwarded-for'], `10.1.1.1, ${headers['client-ip']}`);
  assert.notEqual(headers['x-arr-log-id'], 'mine');
});

test('the query is decoded, and repeated names are joined whatever their case', async () => {
  const { query } = await told('/echo?a=1&b=x%20y+z&A=2&empty');
  assert.deepEqual(query, [
    ['a', '1,2'],
    ['b', 'x y z'],
    ['empty', ''],
  ]);
});

test('nothing returned is 204', async () => {
  const response = await fetch(at('/nothing'));
  assert.equal(response.status, 204);
  assert.equal(await response.text(), '');
});

test('a throwing handler, a non-object and an impossible status are 500 with an empty body, and logged', async () => {
  for (const name of ['throws', 'notAnObject', 'badStatus']) {
    const response = await fetch(at(`/${name}`));
    assert.equal(response.status, 500, name);
    assert.equal(await response.text(), '');
  }
  assert.ok(log.some(({ level, message }) => level === 'error' && message.includes('the handler broke')));
});

test('bytes and status go out as they are', async () => {
  const response = await fetch(at('/bytes'));
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('content-length'), '3');
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [0, 255, 10]);
});

test('HEAD works and has no body', async () => {
  const response = await fetch(at('/head'), { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-seen'), 'yes');
});

test('cookies are written as ASP.NET Core does', async () => {
  assert.deepEqual((await fetch(at('/cookies'))).headers.getSetCookie(), [
    'a=x%20y; max-age=60; path=/p; secure; samesite=strict; httponly',
    'b=2; path=/',
    'c=3; expires=Wed, 02 Jan 2030 03:04:05 GMT; path=/',
  ]);
});

test('settings: given ones win over the environment, that over local.settings.json', async () => {
  const response = await fetch(at('/environment'));
  assert.deepEqual(await response.json(), { greeting: 'from the caller', place: 'from the file' });
});

test('admin addresses and the home page answer', async () => {
  assert.equal((await fetch(`${host.url}/admin/host/ping`)).status, 200);
  const status = await (await fetch(`${host.url}/admin/host/status`)).text();
  assert.match(status, /"state":"Running"/);
  assert.equal((await fetch(`${host.url}/admin/functions`)).status, 404);
  const home = await fetch(`${host.url}/`);
  assert.match(home.headers.get('content-type') ?? '', /^text\/html/);
  process.env['AzureWebJobsDisableHomepage'] = 'true';
  assert.equal((await fetch(`${host.url}/`)).status, 204);
  delete process.env['AzureWebJobsDisableHomepage'];
});

test('the log has one entry for a good request, with its id and time', async () => {
  log.length = 0;
  await fetch(at('/echo?key=not-logged'));
  const [entry] = log;
  assert.equal(log.length, 1);
  assert.equal(entry?.category, 'Function.echo');
  assert.equal(entry.message, 'GET /v1/echo 200');
  assert.equal(typeof entry.durationMs, 'number');
  assert.match(entry.invocationId ?? '', /^[0-9a-f-]{36}$/);
});
