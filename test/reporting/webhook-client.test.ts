/**
 * The client on real connections: what it sends, where it does not go, and how little of an answer it takes.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, test, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { createWebhookClient, systemResolve, type Resolve } from '../../shared/reporting/webhook-client.ts';

const clock = { now: () => new Date('2026-11-20T12:00:00Z') };
let certificate: { key: string; cert: string };
before(async () => {
  const authority = await createAuthority();
  setDefaultCACertificates([...getCACertificates('default'), authority.caPem]);
  certificate = await authority.issue(['localhost', 'hooks.example']);
});

async function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const serve = (t: TestContext, handler: (request: IncomingMessage, response: ServerResponse) => void) =>
  listen(t, createServer(certificate, handler));

const toLoopback: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const hanging: Resolve = () => Promise.withResolvers<never>().promise;
const nowhere: Resolve = () =>
  Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
const post = (
  url: string,
  options: { allowPrivate?: boolean; resolve?: Resolve; signal?: AbortSignal } = {},
) => {
  const { allowPrivate = true, resolve = toLoopback, signal = AbortSignal.timeout(10_000) } = options;
  const client = createWebhookClient({ allowPrivate, clock, resolve });
  return client({ url, headers: { 'webhook-id': 'msg_1' }, body: '{"a":"ü"}' }, signal);
};

test('it posts the body and the header over TLS, to the address that was looked at', async (t) => {
  let seen = {};
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    seen = { method, url, headers, body: await text(request) };
    response.writeHead(204).end();
  };
  const port = await serve(t, (request, response) => void take(request, response));
  // The name exists only in what resolve() says.
  const answer = await post(`https://hooks.example:${port}/in?x=1`);
  assert.deepEqual(answer, { kind: 'answer', status: 204 });
  const { headers, ...rest } = seen as { headers: Record<string, string> };
  assert.deepEqual(rest, { method: 'POST', url: '/in?x=1', body: '{"a":"ü"}' });
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['content-length'], '10');
  assert.equal(headers['webhook-id'], 'msg_1');
  assert.equal(headers['host'], `hooks.example:${port}`);
});

test('a name that leads inside, even with one of its addresses, is not called', async (t) => {
  let calls = 0;
  const port = await serve(t, (_, response) => {
    calls++;
    response.end();
  });
  const answers: Resolve[] = [
    toLoopback,
    () =>
      Promise.resolve([
        { address: '8.8.8.8', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
    () => Promise.resolve([{ address: '::ffff:127.0.0.1', family: 6 }]),
    () => Promise.resolve([{ address: '168.63.129.16', family: 4 }]),
    systemResolve,
  ];
  for (const resolve of answers) {
    const answer = await post(`https://localhost:${port}/`, { allowPrivate: false, resolve });
    assert.ok(answer.kind === 'failure');
    assert.match(answer.reason, /public internet/);
  }
  for (const host of ['127.0.0.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:7f00:1]']) {
    const answer = await post(`https://${host}:${port}/`, { allowPrivate: false });
    assert.equal(answer.kind, 'failure', host);
  }
  assert.equal(calls, 0);
});

test('a name is resolved once: what it means a moment later does not count', async (t) => {
  const port = await serve(t, (_, response) => void response.end());
  let asked = 0;
  const rebinding: Resolve = () => {
    asked++;
    return Promise.resolve([{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }]);
  };
  const signal = AbortSignal.timeout(300);
  const answer = await post(`https://hooks.example:${port}/`, { resolve: rebinding, signal });
  assert.equal(answer.kind, 'failure');
  assert.equal(asked, 1);
});

test('a redirect is an answer, and is not followed', async (t) => {
  const paths: (string | undefined)[] = [];
  const port = await serve(t, (request, response) => {
    paths.push(request.url);
    response.writeHead(307, { location: `https://localhost:${port}/elsewhere` }).end();
  });
  assert.deepEqual(await post(`https://localhost:${port}/`), { kind: 'answer', status: 307 });
  assert.deepEqual(paths, ['/']);
});

test('Retry-After is read as seconds or as a date', async (t) => {
  const values = ['7', 'Fri, 20 Nov 2026 12:01:00 GMT'];
  const port = await serve(
    t,
    (_, response) => void response.writeHead(503, { 'retry-after': values.shift() }).end(),
  );
  const url = `https://localhost:${port}/`;
  assert.deepEqual(await post(url), { kind: 'answer', status: 503, retryAfterSeconds: 7 });
  assert.deepEqual(await post(url), { kind: 'answer', status: 503, retryAfterSeconds: 60 });
});

test('an answer that never ends is cut off', { timeout: 60_000 }, async (t) => {
  const closed = Promise.withResolvers<void>();
  const port = await serve(t, (_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const flood = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200).on('drain', flood).on('close', closed.resolve);
    flood();
  });
  // A signal that never comes: what ends the flood is its size.
  const { signal } = new AbortController();
  assert.deepEqual(await post(`https://localhost:${port}/`, { signal }), { kind: 'answer', status: 200 });
  await closed.promise;
});

test('silence, a resolver that hangs, a wrong certificate and a closed port are failures', async (t) => {
  const silent = await listen(
    t,
    createTcpServer((socket) => t.after(() => socket.destroy())),
  );
  const late = { signal: AbortSignal.timeout(200) };
  const inTime = { kind: 'failure', reason: 'The receiver did not answer in time.' };
  assert.deepEqual(await post(`https://localhost:${silent}/`, late), inTime);
  const signal = AbortSignal.timeout(200);
  assert.deepEqual(await post('https://hooks.example/', { resolve: hanging, signal }), inTime);

  const port = await serve(t, (_, response) => void response.end());
  const stranger = await post(`https://stranger.example:${port}/`);
  assert.deepEqual(stranger, {
    kind: 'failure',
    reason: 'The receiver could not be reached (ERR_TLS_CERT_ALTNAME_INVALID).',
  });
  const plain = await listen(t, createHttpServer());
  assert.equal((await post(`https://localhost:${plain}/`)).kind, 'failure');
  assert.deepEqual(await post('https://hooks.example/', { resolve: nowhere }), {
    kind: 'failure',
    reason: 'The receiver could not be reached (ENOTFOUND).',
  });
});

test('plain http goes to this machine where private addresses are allowed', async (t) => {
  const port = await listen(
    t,
    createHttpServer((_, response) => void response.end()),
  );
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`), { kind: 'answer', status: 200 });
  const refused = await post(`http://127.0.0.1:${port}/`, { allowPrivate: false });
  assert.equal(refused.kind, 'failure');
});
