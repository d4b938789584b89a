/**
 * Every door of the operators against everybody who may knock: the route × who asks. What each door needs is written down here once
 * more, so that a route which nobody has thought of, or whose role was changed by mistake, fails.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { operatorRoles, type OperatorRole } from '../../shared/access/operator.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames, type Storage } from '../../shared/platform/storage.ts';
import { registerApp, registerOperator } from './tenant.ts';
import { sender, startWorld, type Account, type Answer, type World } from './world.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const person = 'aaaaaaaa-2222-3333-4444-555555555555';

/** The least role for each method of each path. */
const doors: Readonly<Record<string, Readonly<Record<string, OperatorRole>>>> = {
  audit: { GET: 'viewer' },
  'dead-letters': { GET: 'viewer' },
  'dead-letters/{id}': { GET: 'operator' },
  'dead-letters/{id}/replay': { POST: 'operator' },
  'dead-letters/{id}/discard': { POST: 'operator' },
  'dead-letters/replay': { POST: 'operator' },
  'dead-letters/discard': { POST: 'operator' },
  keys: { GET: 'viewer' },
  'keys/{id}': { DELETE: 'admin' },
  'keys/{id}/rotate': { POST: 'admin' },
  'submitters/{id}/keys': { POST: 'admin' },
  'submitters/{id}/disable': { POST: 'admin' },
  'submitters/{id}/enable': { POST: 'admin' },
  'operators/{id}/keys': { POST: 'admin' },
  ...Object.fromEntries(
    Object.entries({
      submitters: 'admin',
      operators: 'admin',
      hooks: 'admin',
      templates: 'admin',
      suppressions: 'operator',
      switches: 'operator',
    } as const).flatMap(([shelf, role]) => [
      [shelf, { GET: 'viewer' }],
      [`${shelf}/{id}`, { GET: 'viewer', PUT: role, PATCH: role, DELETE: role }],
    ]),
  ),
};
const all = Object.entries(doors).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, role]) => ({ method, path, role })),
);

let world: World;
const keys: Record<string, string> = {};

before(async () => {
  world = await startWorld(
    {
      POSTRIDER_OPERATOR_SIGN_IN: 'app-service',
      POSTRIDER_TENANT_ID: tenant,
      POSTRIDER_SECRET_CI: 'a secret that signs',
      POSTRIDER_MAX_BODY_BYTES: '20000',
      WEBSITE_AUTH_ENABLED: 'True',
    },
    { before: fill },
  );
  keys['app'] = world.key;
});
after(() => world.stop());

async function fill(storage: Storage, account: Account): Promise<void> {
  const past = new Date(Date.now() - 60_000);
  for (const role of operatorRoles) {
    keys[role] = await registerOperator(account, { name: role, role });
  }
  keys['disabled'] = await registerOperator(account, { name: 'off', role: 'admin', disabled: true });
  keys['expired'] = await registerOperator(account, { name: 'old', role: 'admin', expiresAt: past });
  keys['elsewhere'] = await registerOperator(account, {
    name: 'far',
    role: 'admin',
    networks: ['198.51.100.0/24'],
  });
  await registerApp(account, { name: 'lan', networks: ['127.0.0.0/8'] });
  const register = openAccessStore(storage.table(storageNames.access), systemClock);
  await register.hooks.put({ name: 'door', submitter: 'app', from: sender, to: ['ops@contoso.com'] });
  const store = async (name: string, more: object) => {
    const { id, hash, text } = makeApiKey(randomBytes(keyEntropyBytes));
    await register.keys.put({ id, hash, createdAt: new Date(), ...more });
    keys[name] = text;
  };
  await store('hook', { submitter: 'app', hook: 'door' });
  // The name of a submitter and of an operator may be the same word; their keys are not.
  await store('namesake', { submitter: 'admin' });
  await store('orphan', { operator: 'nobody' });
  await store('expired key', { operator: 'admin', expiresAt: past });
}

type Headers = Record<string, string | undefined>;

/** Asks for something that is not there, so that whoever is let in does no harm. */
const knock = ({ method, path }: { method: string; path: string }, headers: Headers): Promise<Answer> =>
  world.request(
    method,
    `/operator/${path.replace('{id}', 'none')}`,
    method === 'GET' || method === 'DELETE' ? undefined : {},
    { authorization: undefined, ...headers },
  );

const bearer = (name: string): Headers => ({ authorization: `Bearer ${keys[name]}` });

/** What App Service's front end writes for somebody who signed in. */
const signedIn = (
  roles: readonly string[],
  { tid = tenant, type = 'aad', more = [] }: { tid?: string; type?: string; more?: readonly object[] } = {},
): Headers => ({
  'x-ms-client-principal': Buffer.from(
    JSON.stringify({
      auth_typ: type,
      name_typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
      role_typ: 'roles',
      claims: [
        { typ: 'iss', val: `https://login.microsoftonline.com/${tid}/v2.0` },
        { typ: 'http://schemas.microsoft.com/identity/claims/tenantid', val: tid },
        { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: person },
        ...roles.map((val) => ({ typ: 'roles', val })),
        ...more,
      ],
    }),
  ).toString('base64'),
  'x-ms-client-principal-id': person,
  'x-ms-client-principal-idp': type,
  'sec-fetch-site': 'same-origin',
});

const appRole = (role: OperatorRole) => `Postrider.${role.charAt(0).toUpperCase()}${role.slice(1)}`;

test('every route under /operator is on the list, and none on the list is missing', async () => {
  const { served } = await import('../../functions/serve.ts');
  const registered = served
    .filter(({ route }) => route.toLowerCase().startsWith('operator'))
    .flatMap(({ route, methods }) => methods.map((method) => `${method} ${route.replace('operator/', '')}`));
  assert.deepEqual(registered.toSorted(), all.map(({ method, path }) => `${method} ${path}`).toSorted());
});

for (const [how, headersOf] of [
  ['by a key', (role: OperatorRole) => bearer(role)],
  ['by signing in', (role: OperatorRole) => signedIn([appRole(role)])],
] as const) {
  test(`each role opens what it is for, and no more: ${how}`, async () => {
    for (const role of operatorRoles) {
      for (const door of all) {
        const { status, json } = await knock(door, headersOf(role));
        const may = operatorRoles.indexOf(role) >= operatorRoles.indexOf(door.role);
        const what = `${door.method} ${door.path} as ${role}: ${status} ${json?.code}`;
        if (may) assert.ok(status !== 401 && status !== 403 && status < 500, what);
        else assert.equal(`${status} ${json?.code}`, '403 operator-only', what);
      }
    }
  });
}

test('nobody else opens any of them', async () => {
  const whole = signedIn(['Postrider.Admin']);
  const principal = whole['x-ms-client-principal'] ?? '';
  const strangers: Readonly<Record<string, Headers>> = {
    'no credential, from a network of a submitter': {},
    'a submitter’s key': bearer('app'),
    'the key of a submitter named like an administrator': bearer('namesake'),
    'the key of a hook': bearer('hook'),
    'the key of an operator who was removed': bearer('orphan'),
    'an expired key of an administrator': bearer('expired key'),
    'a disabled administrator': bearer('disabled'),
    'an expired administrator': bearer('expired'),
    'an administrator from elsewhere': bearer('elsewhere'),
    'two keys': { ...bearer('admin'), 'x-api-key': keys['viewer'] },
    'the key of an administrator beside a submitter’s': { ...bearer('app'), 'x-api-key': keys['admin'] },
    'a token': { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJQb3N0cmlkZXIuQWRtaW4iXX0.' },
    'a signature of ACS': {
      authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${'A'.repeat(43)}=`,
    },
    'a signature of a hook': { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    'a sign-in without a role': signedIn([]),
    'roles of others': signedIn(['Admin', 'postrider.admin', 'Postrider.Admin ', 'Postrider.Owner', 'admin']),
    'roles in a claim of another name': signedIn([], { more: [{ typ: 'groups', val: 'Postrider.Admin' }] }),
    'another tenant': signedIn(['Postrider.Admin'], { tid: randomUUID() }),
    'two tenants': signedIn(['Postrider.Admin'], { more: [{ typ: 'tid', val: randomUUID() }] }),
    'another provider': signedIn(['Postrider.Admin'], { type: 'github' }),
    'a principal that cannot be read': { ...whole, 'x-ms-client-principal': principal.slice(0, -9) },
    'two principals': { ...whole, 'x-ms-client-principal': `${principal}, ${principal}` },
    'the other headers of a sign-in, without the principal': { ...whole, 'x-ms-client-principal': undefined },
    'a sign-in beside a submitter’s key': { ...whole, ...bearer('app') },
    'a sign-in beside a wrong key': { ...whole, 'x-api-key': 'pr_wrong' },
  };
  for (const [who, headers] of Object.entries(strangers)) {
    for (const door of all) {
      const { status, json } = await knock(door, headers);
      const what = `${door.method} ${door.path} with ${who}: ${status} ${json?.code}`;
      assert.ok([400, 401, 403, 429].includes(status), what);
      // 400 and 429 are for what speaks against any credential.
      if (status === 400) assert.equal(json?.code, 'ambiguous-credentials', what);
      if (status === 429) assert.equal(json?.code, 'too-many-failures', what);
    }
  }
  const { json } = await world.request('GET', '/operator/submitters', undefined, bearer('admin'));
  assert.deepEqual(
    json.data.map(({ name }: { name: string }) => name).toSorted(),
    ['app', 'lan'],
    'and nothing was changed',
  );
});

test('the key of a hook opens nothing but its hook, on any route of anybody, wherever it is shown', async () => {
  const { served } = await import('../../functions/serve.ts');
  /** What everybody may read, and where a key alone says which hook is meant. */
  const others = /^(?:health|version|openapi\.json|problems\/|ntfy\/v1\/health|message$|ntfy$|\{\*path\})/;
  const key = keys['hook'] ?? '';
  const carriers: readonly ((path: string) => readonly [string, Headers])[] = [
    (path) => [path, bearer('hook')],
    (path) => [path, { 'x-api-key': key }],
    (path) => [path, { 'x-postmark-server-token': key }],
    (path) => [path, { authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}` }],
    (path) => [`${path}?key=${key}`, {}],
    (path) => [`${path}/${key}`, {}],
  ];
  const stored = await world.stored();
  let asked = 0;
  for (const { route, methods } of served.filter((one) => !others.test(one.route))) {
    const path = `/${route.replace('/{*path}', '').replaceAll(/\{\w+\}/g, 'other')}`;
    for (const method of methods.filter((one) => one !== 'HEAD')) {
      for (const show of carriers) {
        const [target, headers] = show(path);
        const body = method === 'GET' || method === 'DELETE' ? undefined : { from: sender };
        const { status, text } = await world.request(method, target, body, {
          authorization: undefined,
          ...headers,
        });
        assert.ok(status >= 400 && status < 500, `${method} ${target}: ${status} ${text.slice(0, 200)}`);
        asked++;
      }
    }
  }
  assert.ok(asked > 400, String(asked));
  assert.deepEqual(await world.stored(), stored);
  const { status } = await world.request('POST', '/hooks/door', { title: 'Let in' }, bearer('hook'));
  assert.equal(status, 200);
});

test('no body is read for whoever may not open the door', async () => {
  const tooLarge = 'x'.repeat(30_000);
  for (const headers of [
    {},
    bearer('app'),
    { authorization: 'HMAC-SHA256 SignedHeaders=x&Signature=x' },
    { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
  ]) {
    const { status } = await world.request('PUT', '/operator/submitters/x', tooLarge, {
      authorization: undefined,
      ...headers,
    });
    assert.ok([401, 403, 429].includes(status), `${status} for ${JSON.stringify(headers)}`);
  }
  // Nor for a signature of the kind that no submitter has a key for.
  for (const authorization of [
    `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${'A'.repeat(43)}=`,
    'AWS4-HMAC-SHA256 Credential=AKID/20261128/eu-west-1/ses/aws4_request, SignedHeaders=host, Signature=00',
  ]) {
    const { status } = await world.request('POST', '/emails', tooLarge, { authorization });
    assert.ok([401, 429].includes(status), `${status} for ${authorization}`);
  }
});

test('a change by a browser comes from a page of ours, whatever the role', async () => {
  const admin = signedIn(['Postrider.Admin']);
  for (const door of all.filter(({ method }) => method !== 'GET')) {
    for (const forged of [
      { 'sec-fetch-site': undefined },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: world.host.url },
      { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
      ...(door.method === 'DELETE' ? [] : [{ 'content-type': 'text/plain' }]),
    ]) {
      const { status, json } = await knock(door, { ...admin, ...forged });
      assert.equal(`${status} ${json?.code}`, '403 cross-site-request', `${door.method} ${door.path}`);
    }
  }
});

test('who signed in stands in the audit trail by the id of the directory', async () => {
  const headers = { authorization: undefined, ...signedIn(['Postrider.Admin']) };
  const path = '/operator/suppressions/gone@example.com';
  const made = await world.request('PUT', path, { reason: 'it bounced' }, headers);
  assert.equal(made.status, 201, made.text);
  const { json } = await world.request('GET', `/operator/audit?who=entra-${person}`, undefined, headers);
  const [event] = json.data;
  assert.deepEqual(
    [event.kind, event.actor.kind, event.actor.name],
    ['change', 'operator', `entra-${person}`],
  );
});
