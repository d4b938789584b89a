/**
 * What is not for everybody: every route of the operators' is asked by everybody else, and every answer carries the security headers.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames, type Storage } from '../../shared/platform/storage.ts';
import { openApiDocument } from '../../shared/submission/openapi.ts';
import { registerApp, registerOperator } from './tenant.ts';
import { sender, startWorld, type Account, type Answer, type World } from './world.ts';

const tenant = '11111111-2222-3333-4444-555555555555';

let world: World;
let hookKey: string;
let viewer: string;

before(async () => {
  // The setting alone must not open the door: here no front end stands before the app (WEBSITE_AUTH_ENABLED).
  world = await startWorld({ POSTRIDER_OPERATOR_SIGN_IN: 'app-service' }, { before: register });
});
after(() => world.stop());

async function register(storage: Storage, account: Account): Promise<void> {
  await registerApp(account, { name: 'lan', networks: ['127.0.0.1/32'] });
  viewer = await registerOperator(account, { name: 'viewer', role: 'viewer' });
  const { hooks, keys } = openAccessStore(storage.table(storageNames.access), systemClock);
  await hooks.put({ name: 'door', submitter: 'app', from: sender, to: ['ops@contoso.com'] });
  const { id, hash, text } = makeApiKey(randomBytes(keyEntropyBytes));
  hookKey = text;
  await keys.put({ id, submitter: 'app', hook: 'door', hash, createdAt: new Date() });
}

/** Every operation of the API. */
const operations = Object.entries((openApiDocument() as { paths: Record<string, object> }).paths).flatMap(
  ([path, methods]) => Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
);

const ask = (
  { path, method }: { readonly path: string; readonly method: string },
  headers: Record<string, string | undefined>,
): Promise<Answer> =>
  world.request(
    method,
    path.replaceAll(/\{\w+\}/g, 'app'),
    method === 'GET' || method === 'DELETE' ? undefined : { role: 'admin', senders: [], reason: 'x' },
    { authorization: undefined, ...headers },
  );

const principal = Buffer.from(
  JSON.stringify({
    auth_typ: 'aad',
    claims: [
      { typ: 'tid', val: tenant },
      { typ: 'oid', val: tenant },
      { typ: 'roles', val: 'Postrider.Admin' },
    ],
  }),
).toString('base64');

test('nothing of the operators is reachable with anything but a key of an operator', async () => {
  const wanted = operations.filter(({ path }) => path.startsWith('/operator/'));
  assert.ok(wanted.length > 40);
  const attempts: Readonly<Record<string, Record<string, string | undefined>>> = {
    'a submitter’s key': { authorization: `Bearer ${world.key}` },
    'a submitter’s key, elsewhere': { 'x-api-key': world.key },
    'a hook key': { authorization: `Bearer ${hookKey}` },
    'a network': {},
    'forged headers of the front end': {
      'x-ms-client-principal': principal,
      'x-ms-client-principal-id': tenant,
      'x-ms-client-principal-idp': 'aad',
      'x-ms-client-principal-name': 'admin',
      'x-ms-token-aad-access-token': 'x',
      'sec-fetch-site': 'same-origin',
    },
  };
  for (const operation of wanted) {
    for (const [what, headers] of Object.entries(attempts)) {
      const { status, text } = await ask(operation, headers);
      assert.ok(
        status === 401 || status === 403,
        `${operation.method} ${operation.path} with ${what}: ${status} ${text}`,
      );
    }
    if (operation.method !== 'GET') {
      const looking = await ask(operation, { authorization: `Bearer ${viewer}` });
      assert.equal(looking.json?.code, 'operator-only', `${operation.method} ${operation.path} as a viewer`);
    }
  }
  assert.equal((await world.request('GET', '/emails/none')).status, 404, 'the submitter itself is untouched');
});

test('every answer carries the security headers', async () => {
  const key = { authorization: `Bearer ${world.key}` };
  const answers = [
    ...(await Promise.all(operations.map((one) => ask(one, {})))),
    ...(await Promise.all(operations.map((one) => ask(one, key)))),
    await ask({ path: '/nothing', method: 'GET' }, {}),
    await ask({ path: '/emails', method: 'DELETE' }, {}),
    await ask({ path: '/hooks/door', method: 'POST' }, { authorization: `Bearer ${hookKey}` }),
    await ask({ path: '/v3/mail/send', method: 'POST' }, key),
    await ask({ path: '/email', method: 'POST' }, key),
    await world.request('POST', '/emails', '{', key),
  ];
  assert.ok(new Set(answers.map(({ status }) => status)).size > 5);
  for (const { headers, status, text } of answers) {
    const value = (name: string) => headers.get(name) ?? '';
    const where = `${status} ${text.slice(0, 200)}`;
    assert.equal(value('x-content-type-options'), 'nosniff', where);
    assert.equal(value('referrer-policy'), 'no-referrer', where);
    assert.match(value('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/, where);
    assert.match(value('strict-transport-security'), /^max-age=\d{8}/, where);
    assert.match(value('cache-control'), /^(?:no-store|public, max-age=\d+)$/, where);
    assert.equal(value('x-frame-options'), 'DENY', where);
    for (const telling of ['x-powered-by', 'server', 'access-control-allow-origin']) {
      assert.ok(!headers.has(telling), `${telling}: ${value(telling)}`);
    }
  }
});
