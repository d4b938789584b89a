/**
 * `/openapi.json` held to what is really answered: every operation, with its status, media type and body.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { registerOperator } from './tenant.ts';
import { startWorld, type Answer, type World } from './world.ts';

let world: World;
let operator: string;
let admin: string;
// eslint-disable-next-line typescript/no-explicit-any -- a test looks into it at will
let document: any;

before(async () => {
  world = await startWorld(
    { POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '30' },
    {
      before: async (storage, account) => {
        const { hooks } = openAccessStore(storage.table(storageNames.access), systemClock);
        const hook = { submitter: 'app', from: 'alerts@contoso.com', to: ['ops@example.com'] };
        await hooks.put({ ...hook, name: 'watched', storm: { after: 5, within: 60 } });
        operator = await registerOperator(account);
        admin = await registerOperator(account, { name: 'chief', role: 'admin' });
      },
    },
  );
  document = (await world.request('GET', '/openapi.json')).json;
});
after(() => world.stop());

const asked = new Set<string>();

/** Holds an answer to the document. */
function assertDescribed(method: string, template: string, answer: Answer, status: number): void {
  const name = `${method} ${template} ${status}`;
  assert.equal(answer.status, status, `${name}: ${answer.text}`);
  const operation = document.paths[template]?.[method.toLowerCase()];
  assert.ok(operation, name);
  asked.add(operation.operationId);
  if (status === 204) {
    assert.ok(operation.responses[status], name);
    return;
  }
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const { schema } = operation.responses[status].content[type];
  const { schemas } = document.components;
  const text = JSON.stringify(schema.$ref ? schemas[schema.$ref.split('/').at(-1)] : schema);
  const read = z.fromJSONSchema(JSON.parse(text)).safeParse(answer.json);
  assert.ok(read.success, `${name}: ${read.error?.message}`);
  const described = Object.keys(JSON.parse(text).properties ?? answer.json);
  assert.deepEqual(
    Object.keys(answer.json).filter((field) => !described.includes(field)),
    [],
    name,
  );
  for (const field of ['location', 'retry-after', 'preference-applied', 'idempotency-replayed', 'link']) {
    if (!answer.headers.has(field)) continue;
    const headers = Object.keys(operation.responses[status].headers ?? {}).map((one) => one.toLowerCase());
    assert.ok(headers.includes(field), `${name}: ${field} is not described`);
  }
}

const as = (key: string) => ({ authorization: `Bearer ${key}` });

test('submitting, asking, cancelling, rescheduling', async () => {
  const mail = { from: 'alerts@contoso.com', to: 'ops@example.com', subject: 'S', text: 'T' };
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const later = { ...mail, scheduled_at: soon };
  const post = (body: unknown, headers: Record<string, string | undefined> = {}) =>
    world.request('POST', '/emails', body, headers);

  const sent = await post(mail, { prefer: 'wait=20' });
  assertDescribed('POST', '/emails', sent, 202);
  assert.equal(sent.json.status, 'relayed');
  await post(mail, { 'idempotency-key': 'k' });
  assertDescribed('POST', '/emails', await post(mail, { 'idempotency-key': 'k' }), 202);
  assertDescribed('POST', '/emails', await post({ ...mail, text: 'U' }, { 'idempotency-key': 'k' }), 422);
  assertDescribed('POST', '/emails', await post('{'), 400);
  assertDescribed('POST', '/emails', await post(mail, as('pr_wrong')), 401);
  assertDescribed('POST', '/emails', await post({ ...mail, from: 'ceo@contoso.com' }), 403);
  assertDescribed('POST', '/emails', await post('x', { 'content-type': 'text/plain' }), 415);
  assertDescribed('POST', '/emails', await world.request('POST', '/emails?dry_run=true', later), 200);
  const batch = (body: unknown, headers = {}) => world.request('POST', '/emails/batch', body, headers);
  assertDescribed('POST', '/emails/batch', await batch([later, later], { 'idempotency-key': 'k' }), 202);
  assertDescribed('POST', '/emails/batch', await batch([later, later], { 'idempotency-key': 'k' }), 202);
  assertDescribed('POST', '/emails/batch', await batch([]), 422);
  const hasty = { ...mail, max_wait: 0 };
  assertDescribed('POST', '/emails/batch', await batch(Array.from({ length: 60 }, () => hasty)), 429);

  const { id } = (await post(later)).json;
  assertDescribed('GET', '/emails/{id}', await world.request('GET', `/emails/${sent.json.id}`), 200);
  assertDescribed('GET', '/emails/{id}', await world.request('GET', `/emails/${id}`), 200);
  assertDescribed('GET', '/emails/{id}', await world.request('GET', '/emails/nothing'), 404);
  assertDescribed('GET', '/emails', await world.request('GET', '/emails?limit=2'), 200);
  assertDescribed('GET', '/emails', await world.request('GET', '/emails?limit=0'), 422);
  const patch = (one: string, body: unknown) => world.request('PATCH', `/emails/${one}`, body);
  assertDescribed('PATCH', '/emails/{id}', await patch(id, { scheduled_at: soon }), 200);
  assertDescribed('PATCH', '/emails/{id}', await patch(id, { scheduled_at: 'soon' }), 422);
  assertDescribed('PATCH', '/emails/{id}', await patch(sent.json.id, { scheduled_at: soon }), 409);
  const cancel = (one: string) => world.request('POST', `/emails/${one}/cancel`);
  assertDescribed('POST', '/emails/{id}/cancel', await cancel(id), 200);
  assertDescribed('POST', '/emails/{id}/cancel', await cancel(sent.json.id), 409);
});

test('dead letters', async () => {
  const outbox = openOutbox(world.storage, () => undefined);
  const put = async (): Promise<string> => {
    const at = new Date();
    const events = [
      { at: at.toISOString(), event: 'accepted' },
      { at: at.toISOString(), event: 'failed', reason: 'No.', trace: { status: 403 } },
    ] as const;
    const record = exampleRecord(at, { state: 'failed', endedAt: at, events });
    await outbox.accept({ record, message: exampleMessage(), attachments: [] });
    return record.id;
  };
  const id = await put();
  const ask = (method: string, path: string, body?: unknown, key = operator) =>
    world.request(method, path, body, as(key));
  const all = '/operator/dead-letters';
  assertDescribed('GET', all, await ask('GET', `${all}?limit=2`), 200);
  assertDescribed('GET', all, await ask('GET', `${all}?limit=0`), 422);
  assertDescribed('GET', all, await ask('GET', all, undefined, world.key), 403);
  assertDescribed('GET', `${all}/{id}`, await ask('GET', `${all}/${id}`), 200);
  assertDescribed('GET', `${all}/{id}`, await ask('GET', `${all}/nothing`), 404);
  for (const verb of ['replay', 'discard']) {
    const one = await put();
    await put();
    for (const status of [200, 409]) {
      const decided = await ask('POST', `${all}/${one}/${verb}`);
      assertDescribed('POST', `${all}/{id}/${verb}`, decided, status);
    }
    assertDescribed('POST', `${all}/${verb}`, await ask('POST', `${all}/${verb}`, { state: 'failed' }), 200);
    assertDescribed('POST', `${all}/${verb}`, await ask('POST', `${all}/${verb}`, {}), 422);
  }
});

const administer = (method: string, path: string, body?: unknown, headers = {}) =>
  world.request(method, `/operator${path}`, body, { ...as(admin), ...headers });

test('the register and the audit trail', async () => {
  const entries = {
    submitters: ['shop', { senders: ['shop@contoso.com'], policy: { recipients: 'internal' } }],
    operators: ['deputy', { role: 'viewer' }],
    hooks: ['grafana', { submitter: 'app', from: 'alerts@contoso.com', to: ['ops@contoso.com'] }],
    templates: ['alert', { subject: '{{ title }}', text: 'Hello' }],
    suppressions: ['ann@example.com', { reason: 'Bounced' }],
    switches: ['all', { reason: 'Exercise' }],
  } as const;
  for (const [kind, [id, entry]] of Object.entries(entries)) {
    const [all, one, path] = [`/operator/${kind}`, `/operator/${kind}/{id}`, `/${kind}/${id}`];
    assertDescribed('PUT', one, await administer('PUT', path, entry), 201);
    assertDescribed('PUT', one, await administer('PUT', path, entry), 200);
    assertDescribed('PUT', one, await administer('PUT', path, entry, { 'if-none-match': '*' }), 412);
    assertDescribed('PUT', one, await administer('PUT', path, { colour: 'red' }), 422);
    assertDescribed('GET', one, await administer('GET', path), 200);
    assertDescribed('PATCH', one, await administer('PATCH', path, {}), 200);
    assertDescribed('GET', all, await administer('GET', `/${kind}`), 200);
    if (kind === 'submitters' || kind === 'operators') {
      const keys = `/operator/${kind}/{id}/keys`;
      const made = await administer('POST', `${path}/keys`, { name: 'till' });
      assertDescribed('POST', keys, made, 201);
      assertDescribed('POST', keys, await administer('POST', `/${kind}/none/keys`, {}), 404);
      const key = `/keys/${made.json.id}`;
      assertDescribed('GET', '/operator/keys', await administer('GET', '/keys'), 200);
      assertDescribed('POST', '/operator/keys/{id}/rotate', await administer('POST', `${key}/rotate`), 201);
      assertDescribed('DELETE', '/operator/keys/{id}', await administer('DELETE', key), 204);
    }
    if (kind === 'submitters') {
      for (const verb of ['disable', 'enable']) {
        assertDescribed('POST', `${one}/${verb}`, await administer('POST', `${path}/${verb}`), 200);
      }
    }
    assertDescribed('DELETE', one, await administer('DELETE', path), 204);
    assertDescribed('DELETE', one, await administer('DELETE', path), 404);
  }
  const chief = await administer('DELETE', '/operators/chief');
  assertDescribed('DELETE', '/operator/operators/{id}', chief, 409);
  assertDescribed('GET', '/operator/audit', await administer('GET', '/audit?limit=3'), 200);
  assertDescribed('GET', '/operator/audit', await administer('GET', '/audit?limit=0'), 422);
});

const call = (to: string) => world.request('POST', to, { title: 'Disk full', host: 'db-01' });

test('a hook and its dry run', async () => {
  const path = '/hooks/{hook}';
  assertDescribed('POST', path, await call('/hooks/watched?dry_run=true'), 200);
  assertDescribed('POST', path, await call('/hooks/watched'), 200);
  assertDescribed('POST', path, await call('/hooks/watched?dry_run=yes'), 422);
  assertDescribed('POST', path, await call('/hooks/none'), 404);
});

test('the service itself; and nothing is left out', async () => {
  for (const path of ['/health/live', '/health/ready', '/openapi.json']) {
    assertDescribed('GET', path, await world.request('GET', path), 200);
  }
  const detailed = await world.request('GET', '/health/ready', undefined, as(operator));
  assert.ok(detailed.json.checks);
  assertDescribed('GET', '/health/ready', detailed, 200);
  assertDescribed('GET', '/problems/{code}', await world.request('GET', '/problems/invalid-json'), 200);
  assertDescribed('GET', '/problems/{code}', await world.request('GET', '/problems/none'), 404);
  const operations = Object.values(document.paths as object).flatMap((one) => Object.values(one as object));
  assert.deepEqual(
    operations.map(({ operationId }) => operationId).filter((id) => !asked.has(id)),
    [],
  );
});
