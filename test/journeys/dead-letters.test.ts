/**
 * What an operator sees of messages that were not sent, and what becomes of them; over HTTP, with the real functions.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import type { State } from '../../shared/reporting/event.ts';
import { openApiDocument } from '../../shared/submission/openapi.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { registerApp, registerOperator } from './tenant.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let outbox: Outbox;
let operator: string;

before(async () => {
  world = await startWorld(
    { POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0' },
    {
      before: async (_, account) => {
        operator = await registerOperator(account);
        await registerApp(account, { name: 'lan', networks: ['127.0.0.1/32'] });
      },
    },
  );
  outbox = openOutbox(world.storage, () => undefined);
  assert.equal((await ask('GET', '/operator/dead-letters')).status, 200);
});
after(() => world.stop());

const ask = (method: string, path: string, body?: unknown, key: string | undefined = operator) =>
  world.request(method, path, body, { authorization: `Bearer ${key}` });

let count = 0;

/** A message that ended in a state, as delivery would have left it. */
async function put(
  state: State,
  { submitter = 'app', at = new Date(), subject = `Kept ${++count}` } = {},
): Promise<string> {
  const trace = { requestId: 'request-1', status: 403, code: 'ErrorAccessDenied' };
  const time = at.toISOString();
  const record = exampleRecord(at, {
    state,
    submitter,
    attempt: 1,
    endedAt: at,
    events: [
      { at: time, event: 'accepted' },
      { at: time, event: 'sending', attempt: 1, transport: 'graph' },
      { at: time, event: 'failed', reason: 'Access is denied.', trace },
    ],
  });
  const bytes = Buffer.from('secret bytes');
  const attachments = [{ filename: 'a.txt', contentType: 'text/plain', size: bytes.length }];
  await outbox.accept({
    record: { ...record, summary: { ...record.summary, subject } },
    message: exampleMessage({ subject, attachments, bcc: [{ address: 'b@example.com', name: 'B "b"' }] }),
    attachments: [{ size: bytes.length, chunks: () => [bytes] }],
  });
  return record.id;
}

test('only an operator with a key is let in', async () => {
  const id = await put('failed');
  const calls = [
    ['GET', '/operator/dead-letters'],
    ['GET', `/operator/dead-letters/${id}`],
    ['POST', `/operator/dead-letters/${id}/replay`],
    ['POST', `/operator/dead-letters/${id}/discard`],
    ['POST', '/operator/dead-letters/replay', { state: 'failed' }],
    ['POST', '/operator/dead-letters/discard', { state: 'failed' }],
  ] as const;
  for (const [method, path, body] of calls) {
    const other = await ask(method, path, body, world.key);
    assert.equal(other.status, 403, `${method} ${path}`);
    assert.equal(other.json.code, 'operator-only');
    assert.equal((await ask(method, path, body, 'pr_wrong')).status, 401);
    // A network speaks for a submitter, never for an operator.
    const network = await world.request(method, path, body, { authorization: undefined });
    assert.equal(network.json.code, 'missing-credentials', `${method} ${path}`);
  }
  assert.equal((await outbox.records.get(id))?.state, 'failed');
  assert.equal((await ask('POST', `/operator/dead-letters/${id}/discard`)).status, 200);
});

const at = (day: number) => new Date(Date.UTC(2026, 4, day));

test('they are listed with reason and trace, filtered, page after page', async () => {
  const ids: string[] = [];
  for (let day = 1; day <= 5; day++) ids.push(await put('failed', { submitter: 'list', at: at(day) }));
  ids.push(await put('expired', { submitter: 'list', at: at(6) }));
  const { status, json } = await ask('GET', '/operator/dead-letters?submitter=list&state=expired');
  assert.equal(status, 200);
  assert.deepEqual(
    json.data.map((one: { id: string }) => one.id),
    [ids[5]],
  );
  const [{ object, reason, trace, replayable, submitter, subject, created_at }] = json.data;
  assert.deepEqual(
    [object, reason, replayable, submitter],
    ['dead_letter', 'Access is denied.', true, 'list'],
  );
  assert.match(subject, /^Kept/);
  assert.equal(trace.requestId, 'request-1');
  assert.equal(created_at, at(6).toISOString());
  const ranged = await ask(
    'GET',
    '/operator/dead-letters?submitter=list&since=2026-05-02T00:00:00Z&until=2026-05-04T00:00Z',
  );
  assert.deepEqual(
    ranged.json.data.map((one: { id: string }) => one.id),
    ids.slice(1, 3),
  );

  const seen: string[] = [];
  let path: string | undefined = '/operator/dead-letters?limit=4&submitter=list';
  while (path !== undefined) {
    const page = await ask('GET', path);
    seen.push(...page.json.data.map((one: { id: string }) => one.id));
    path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    assert.equal(page.json.has_more, path !== undefined);
  }
  assert.deepEqual(seen, ids);
});

test('one is shown whole, without the bytes of attachments', async () => {
  const id = await put('failed', { subject: 'Whole' });
  const { status, json, text } = await ask('GET', `/operator/dead-letters/${id}`);
  assert.equal(status, 200);
  assert.equal(json.status, 'failed');
  assert.equal(json.events.length, 3);
  assert.equal(json.message.subject, 'Whole');
  assert.deepEqual(json.message.bcc, [String.raw`"B \"b\"" <b@example.com>`]);
  assert.deepEqual(json.message.attachments, [{ filename: 'a.txt', content_type: 'text/plain', size: 12 }]);
  assert.ok(!text.includes('secret'));
  for (const missing of ['01kah000000000000000000000', 'nonsense', 'replay']) {
    assert.equal((await ask('GET', `/operator/dead-letters/${missing}`)).json.code, 'message-not-found');
  }
  const relayed = await put('relayed');
  assert.equal((await ask('GET', `/operator/dead-letters/${relayed}`)).status, 404);
});

test('one is replayed and arrives, another is discarded and does not', async () => {
  const again = await put('failed', { subject: 'Sent after all' });
  const never = await put('dead-lettered', { subject: 'Given up' });
  const replayed = await ask('POST', `/operator/dead-letters/${again}/replay`);
  assert.deepEqual([replayed.status, replayed.json], [200, { object: 'dead_letter', id: again }]);
  assert.equal((await ask('POST', `/operator/dead-letters/${never}/discard`)).status, 200);
  const sent = await world.settled(again);
  assert.equal(sent.status, 'relayed');
  assert.equal((await world.mails('Sent after all')).length, 1);
  const status = (await world.request('GET', `/emails/${never}`)).json;
  assert.equal(status.status, 'discarded');
  assert.equal((await outbox.records.get(never))?.content, undefined);
  for (const verb of ['replay', 'discard']) {
    const late = await ask('POST', `/operator/dead-letters/${never}/${verb}`);
    assert.deepEqual([late.status, late.json.code], [409, 'not-kept']);
    assert.equal((await ask('POST', `/operator/dead-letters/nonsense/${verb}`)).status, 404);
  }
});

test('content that is gone is said, and cannot be replayed', async () => {
  const id = await put('failed');
  const record = await outbox.records.get(id);
  const purged = { at: new Date().toISOString(), event: 'content-purged' } as const;
  await outbox.records.update(record!, { events: [...record!.events, purged] }, true);
  const shown = (await ask('GET', `/operator/dead-letters/${id}`)).json;
  assert.deepEqual([shown.status, shown.replayable, shown.message], ['failed', false, null]);
  const answer = await ask('POST', `/operator/dead-letters/${id}/replay`);
  assert.equal(answer.json.code, 'not-kept');
  assert.match(answer.json.detail, /no longer kept/);
  assert.equal((await ask('POST', `/operator/dead-letters/${id}/discard`)).status, 200);
});

test('many are decided on by a filter, and nothing without one', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 60; i++) ids.push(await put('failed', { submitter: 'many', subject: `Many ${i}` }));
  // More than a page of them, and older than the others: they must not be read each time.
  const old = new Date(Date.now() - 60_000);
  for (let i = 0; i < 60; i++) {
    const gone = await put('failed', { submitter: 'many', at: old });
    await outbox.records.update((await outbox.records.get(gone))!, { attempt: 1 }, true);
  }
  await put('expired', { submitter: 'many' });
  const replayed = await ask('POST', '/operator/dead-letters/replay', { submitter: 'many', state: 'failed' });
  assert.deepEqual(replayed.json, { object: 'dead_letters', done: 60, skipped: 0, more: false });
  const discarded = await ask('POST', '/operator/dead-letters/discard', { submitter: 'many' });
  assert.deepEqual([discarded.json.done, discarded.json.more], [61, false]);
  assert.equal((await ask('GET', '/operator/dead-letters?submitter=many')).json.data.length, 0);
  for (const id of ids) assert.notEqual((await outbox.records.get(id))?.state, 'failed');
});

test('what the host gives up on becomes a dead letter, in whichever queue', async () => {
  const queues = [storageNames.poisonQueue, storageNames.highPoisonQueue, storageNames.lowPoisonQueue];
  const ids: string[] = [];
  for (const name of queues) {
    const id = await put('sending');
    ids.push(id);
    const queue = world.storage.queue(name);
    await queue.createIfNotExists();
    await queue.sendMessage(Buffer.from(JSON.stringify({ v: 1, message: id })).toString('base64'));
  }
  for (const id of ids) {
    await world.settled(id, ({ status }) => status === 'dead-lettered');
    const { json } = await ask('POST', `/operator/dead-letters/${id}/replay`);
    assert.equal(json.id, id);
    assert.equal((await world.settled(id)).status, 'relayed');
  }
});

test('every priority is delivered from its own queue', async () => {
  for (const priority of ['high', 'low'] as const) {
    const record = exampleRecord(new Date(), { priority });
    await outbox.accept({ record, message: exampleMessage({ subject: priority }), attachments: [] });
    assert.equal((await world.settled(record.id)).status, 'relayed', priority);
  }
});

test('what is wrong with a filter is said', async () => {
  const bodies: readonly (readonly [unknown, string])[] = [
    [{}, '#'],
    [[], '#'],
    [{ stat: 'failed' }, '#'],
    [{ state: 'relayed' }, '#/state'],
    [{ since: 'yesterday' }, '#/since'],
    [{ since: '2026-13-01T00:00:00Z' }, '#/since'],
    [{ submitter: 5 }, '#/submitter'],
  ];
  for (const [body, pointer] of bodies) {
    const { status, json, text } = await ask('POST', '/operator/dead-letters/discard', body);
    assert.deepEqual([status, json.code, json.errors?.[0].pointer], [422, 'invalid-filter', pointer], text);
    assert.doesNotMatch(text, /Invalid|Unrecognized/);
  }
  assert.equal((await ask('POST', '/operator/dead-letters/discard', '{')).json.code, 'invalid-json');
  assert.equal((await ask('POST', '/operator/dead-letters/discard')).json.code, 'empty-body');
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'stat=failed', 'until=now']) {
    const { status, json } = await ask('GET', `/operator/dead-letters?${query}`);
    assert.deepEqual([status, json.code], [422, 'invalid-filter'], query);
  }
  for (const [method, path, allow] of [
    ['POST', '/operator/dead-letters', 'GET'],
    ['DELETE', '/operator/dead-letters/x', 'GET'],
    ['GET', '/operator/dead-letters/x/replay', 'POST'],
  ] as const) {
    const answer = await ask(method, path);
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow], path);
  }
});

test('the answers are what /openapi.json says', async () => {
  const id = await put('failed');
  const { components } = JSON.parse(JSON.stringify(openApiDocument())) as {
    components: { schemas: Record<string, Parameters<typeof z.fromJSONSchema>[0]> };
  };
  const parse = (name: string, value: unknown) => {
    z.fromJSONSchema(components.schemas[name] ?? assert.fail(name)).parse(value);
  };
  parse('DeadLetters', (await ask('GET', '/operator/dead-letters')).json);
  parse('DeadLetter', (await ask('GET', `/operator/dead-letters/${id}`)).json);
  parse(
    'Decided',
    (await ask('POST', '/operator/dead-letters/discard', { since: '2020-01-01T00:00:00Z' })).json,
  );
});
