/**
 * The register in the hands of operators: over HTTP, with the real functions.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { registerApp, registerOperator } from './tenant.ts';
import { sender, startWorld, type Answer, type World } from './world.ts';

let world: World;
const keys: Record<string, string> = {};

before(async () => {
  world = await startWorld(
    {},
    {
      before: async (_, account) => {
        for (const role of ['viewer', 'operator', 'admin'] as const) {
          keys[role] = await registerOperator(account, { name: role, role });
        }
        await registerApp(account, { name: 'lan', networks: ['127.0.0.0/8'] });
      },
    },
  );
  keys['app'] = world.key;
});
after(() => world.stop());

const ask = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  key = keys['admin'],
): Promise<Answer> =>
  world.request(method, `/operator${path}`, body, { authorization: `Bearer ${key}`, ...headers });

const submitter = { description: 'A shop', senders: ['shop@contoso.com'], owner: 'it@contoso.com' };

test('a submitter is made, changed, disabled and removed, with ETags', async () => {
  const made = await ask('PUT', '/submitters/shop', submitter, { 'if-none-match': '*' });
  assert.equal(made.status, 201, made.text);
  assert.equal((await ask('PUT', '/submitters/shop', submitter, { 'if-none-match': '*' })).status, 412);
  const shown = await ask('GET', '/submitters/shop');
  assert.deepEqual([shown.status, shown.json], [200, made.json]);
  assert.equal(shown.json.object, 'submitter');
  const tag = shown.headers.get('etag') ?? '';
  assert.equal(tag, made.headers.get('etag'));

  const patch = { policy: { max_recipients: 5, recipients: ['@contoso.com'] }, description: null };
  const patched = await ask('PATCH', '/submitters/shop', patch, { 'if-match': tag });
  assert.equal(patched.status, 200, patched.text);
  assert.deepEqual(patched.json.policy, patch.policy);
  assert.equal('description' in patched.json, false);
  assert.equal(patched.json.created_at, made.json.created_at);
  const stale = await ask('PATCH', '/submitters/shop', patch, { 'if-match': tag });
  assert.deepEqual([stale.status, stale.json.code], [412, 'precondition-failed']);
  // What was read can be given back.
  const back = await ask('PUT', '/submitters/shop', { ...patched.json, mode: 'test' });
  assert.equal(back.status, 200, back.text);

  const disabled = await ask('POST', '/submitters/shop/disable');
  assert.deepEqual([disabled.status, disabled.json.disabled], [200, true]);
  assert.equal((await ask('POST', '/submitters/shop/enable')).json.disabled, false);
  assert.ok(
    (await ask('GET', '/submitters')).json.data.some(({ name }: { name: string }) => name === 'shop'),
  );
  const removed = await ask('DELETE', '/submitters/shop');
  assert.deepEqual([removed.status, removed.text], [204, '']);
  for (const method of ['GET', 'DELETE'] as const) {
    assert.equal((await ask(method, '/submitters/shop')).json.code, 'entry-not-found');
  }
  const { json } = await ask('GET', '/audit?who=admin&kind=change');
  const done = (
    json.data as { action: string; entry: string; fields?: string[]; rule: string }[]
  ).toReversed();
  assert.deepEqual(
    done.map(({ action }) => action),
    ['created', 'changed', 'changed', 'disabled', 'enabled', 'removed'],
  );
  assert.ok(done.every(({ entry, rule }) => entry === 'submitters/shop' && rule === 'admin'));
  assert.deepEqual(done[1]?.fields, ['description', 'policy']);
});

test('a key is made, works, is rotated with overlap, revoked, and never shown again', async () => {
  await ask('PUT', '/submitters/keyed', { senders: [sender] });
  const made = await ask('POST', '/submitters/keyed/keys', { name: 'till 1', scopes: ['submit'] });
  assert.equal(made.status, 201, made.text);
  assert.match(made.json.key, /^pr_/);
  await sleep(2100);
  const mail = { from: sender, to: 'ops@example.com', subject: 'By a key just made', text: 't' };
  const sent = (key: string) => world.request('POST', '/emails', mail, { authorization: `Bearer ${key}` });
  assert.equal((await sent(made.json.key)).status, 202);
  const rotated = await ask('POST', `/keys/${made.json.id}/rotate`);
  assert.equal(rotated.status, 201);
  assert.deepEqual([rotated.json.name, rotated.json.submitter], ['till 1', 'keyed']);
  assert.notEqual(rotated.json.key, made.json.key);
  assert.equal((await sent(made.json.key)).status, 202);
  const { text, json } = await ask('GET', '/keys');
  assert.ok(!text.includes(made.json.key) && !text.includes('hash'));
  const old = json.data.find(({ id }: { id: string }) => id === made.json.id);
  assert.ok(new Date(old.expires_at).getTime() > Date.now() + 6 * 86_400_000);
  assert.equal((await ask('DELETE', `/keys/${made.json.id}`)).status, 204);
  assert.equal((await sent(made.json.key)).status, 401);
  // Another submitter under the same name does not find the keys of the first.
  await ask('DELETE', '/submitters/keyed');
  await ask('PUT', '/submitters/keyed', { senders: [sender] });
  const left = (await ask('GET', '/keys')).json.data;
  assert.ok(!left.some(({ submitter: name }: { submitter?: string }) => name === 'keyed'));
  for (const [path, body] of [
    ['/submitters/keyed/keys', { hook: 'none' }],
    ['/submitters/keyed/keys', { colour: 'red' }],
    ['/operators/viewer/keys', { scopes: ['submit'] }],
  ] as const) {
    assert.equal((await ask('POST', path, body)).json.code, 'invalid-entry');
  }
  assert.equal((await ask('POST', '/submitters/nobody/keys', {})).json.code, 'entry-not-found');
  assert.equal((await ask('POST', '/operators/viewer/keys', {})).status, 201);
});

test('hooks, suppressions and switches', async () => {
  const hook = { submitter: 'app', from: `Alerts <${sender}>`, to: ['ops@contoso.com'] };
  assert.equal((await ask('PUT', '/hooks/grafana', hook)).status, 201);
  const foreign = await ask('PUT', '/hooks/grafana', { ...hook, from: 'ceo@contoso.com' });
  assert.equal(foreign.json.errors[0].pointer, '#/from');
  assert.equal(
    (await ask('PUT', '/hooks/x', { ...hook, submitter: 'none' })).json.errors[0].pointer,
    '#/submitter',
  );

  const path = `/suppressions/${encodeURIComponent('Ann@Example.com')}`;
  const suppressed = await ask('PUT', path, { reason: 'Asked for it' }, {}, keys['operator']);
  assert.equal(suppressed.status, 201, suppressed.text);
  assert.equal(suppressed.json.address, 'ann@example.com');
  assert.equal((await ask('GET', path)).status, 200);
  assert.equal((await ask('DELETE', path, undefined, {}, keys['operator'])).status, 204);

  const thrown = await ask('PUT', '/switches/all', { reason: 'Exercise' }, {}, keys['operator']);
  assert.deepEqual([thrown.status, thrown.json.by], [201, 'operator'], thrown.text);
  assert.equal((await ask('DELETE', '/switches/all', undefined, {}, keys['operator'])).status, 204);
});

test('what is wrong with an entry is said, all of it, and nothing is changed', async () => {
  const wrong = { senders: ['nobody'], networks: ['0.0.0.0/0'], mode: 'off', colour: 'red' };
  const answer = await ask('PUT', '/submitters/wrong', wrong);
  assert.deepEqual([answer.status, answer.json.code], [422, 'invalid-entry']);
  const pointers = new Set(answer.json.errors.map(({ pointer }: { pointer: string }) => pointer));
  for (const pointer of ['#', '#/senders/0', '#/mode']) assert.ok(pointers.has(pointer), answer.text);
  const open = await ask('PUT', '/submitters/wrong', { senders: [sender], networks: ['0.0.0.0/0'] });
  assert.match(open.json.detail, /open relay/);
  assert.equal((await ask('PUT', '/submitters/wrong', { ...submitter, name: 'other' })).status, 422);
  assert.equal((await ask('PUT', '/submitters/wrong', '{')).json.code, 'invalid-json');
  assert.equal((await ask('PUT', '/submitters/wrong', '')).json.code, 'empty-body');
  assert.equal((await ask('PUT', '/submitters/Wrong%20Name', submitter)).status, 422);
  assert.equal((await ask('PATCH', '/submitters/app', { senders: null })).status, 422);
  assert.equal((await ask('GET', '/submitters/wrong')).status, 404);
});

test('the last administrator cannot lock the door from inside', async () => {
  const admin = { role: 'admin' };
  for (const change of [
    () => ask('DELETE', '/operators/admin'),
    () => ask('PUT', '/operators/admin', { role: 'operator' }),
    () => ask('PATCH', '/operators/admin', { disabled: true }),
    () => ask('PATCH', '/operators/admin', { expires_at: '2020-01-01T00:00:00Z' }),
    () => ask('DELETE', `/keys/${keys['admin']?.split('_')[1]}`),
  ]) {
    const { status, json } = await change();
    assert.deepEqual([status, json.code], [409, 'last-admin']);
  }
  assert.equal((await ask('GET', '/operators/admin')).json.role, 'admin');
  // Another administrator without a key is no way back.
  assert.equal((await ask('PUT', '/operators/deputy', admin)).status, 201);
  assert.equal((await ask('DELETE', '/operators/admin')).json.code, 'last-admin');
  const { key } = (await ask('POST', '/operators/deputy/keys', {})).json;
  await sleep(2100);
  // Each takes the rights of the other at the same moment: one is left.
  const results = await Promise.all([
    ask('PATCH', '/operators/deputy', { disabled: true }),
    ask('PATCH', '/operators/admin', { disabled: true }, {}, key),
  ]);
  const { data } = (await ask('GET', '/operators', undefined, {}, keys['viewer'])).json;
  const left = (data as { role: string; disabled: boolean }[]).filter(
    (one) => one.role === 'admin' && !one.disabled,
  );
  assert.ok(left.length > 0, results.map(({ text }) => text).join(' '));
});
