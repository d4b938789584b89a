/**
 * What counts as a repetition, on Azurite: keys, the ids of webhook deliveries, and the same body within a time.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { buildRegister } from '../../shared/access/register.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { ok } from '../../shared/platform/problem.ts';
import { createFairness } from '../../shared/submission/flood.ts';
import { deliveryIds, deliveryKey, keyedMessageId } from '../../shared/submission/idempotency.ts';
import { submitBatch } from '../../shared/submission/submit-batch.ts';
import { submit, type SubmitParts } from '../../shared/submission/submit.ts';
import { exampleMessage } from '../outbox/example.ts';
import { minimal } from './submitted.ts';

let azurite: Azurite;
let parts: SubmitParts;
let now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

before(async () => {
  azurite = await startAzurite();
  parts = {
    outbox: openOutbox(openStorage({ AzureWebJobsStorage: azurite.connectionString }), () => undefined),
    clock: { now: () => now },
    lifetime: 86_400,
    onUnknown: 'retry',
    tooLarge: () => undefined,
    policy: { register: buildRegister({}), internalDomains: [] },
    selfMail: () => undefined,
    fairness: createFairness(),
    quota: { take: () => Promise.resolve(ok({ giveBack: () => undefined })) },
    queueUp: () => Promise.resolve(now),
    express: { begin: () => Promise.resolve(undefined) },
  };
});
after(() => azurite.stop());

/** Submits. */
async function send(
  fields: object,
  headers: Readonly<Record<string, string>> = {},
  more: Partial<Submitter> = {},
) {
  const submitter = { name: 'app', senders: ['ann@example.com'], networks: [], disabled: false, ...more };
  const result = await submit(parts, {
    caller: { submitter },
    header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
    body: Buffer.from(JSON.stringify({ ...minimal, ...fields })),
  });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('the id of a delivery is a key, whatever the text says the second time; the first one wins', async () => {
  for (const { fields } of deliveryIds) {
    const headers = Object.fromEntries(fields.map((name) => [name, `id of ${fields.join()}`]));
    const first = await send({ text: 'It is 12:00' }, headers);
    const again = await send({ text: 'It is 12:01' }, headers);
    assert.deepEqual([first.replayed, again.replayed], [false, true], fields.join());
    assert.equal(again.id, first.id);
    assert.equal((await send({ text: 'It is 12:02' }, headers, { name: 'lab' })).replayed, false);
  }
});

test('mails that differ in subject or recipients are not repetitions, although one event made them', async () => {
  const headers = { 'webhook-id': 'fan-out' };
  for (const fields of [{}, { subject: 'Another' }, { to: 'cy@example.com' }, { cc: 'cy@example.com' }]) {
    assert.equal((await send(fields, headers)).replayed, false, JSON.stringify(fields));
  }
  assert.equal((await send({ text: 'Once more' }, headers)).replayed, true);
});

test('a repetition gets the first answer, also when a new message would wait too long by now', async () => {
  const usual = parts;
  const fields = { subject: 'In a hurry', max_wait: 10 };
  const headers = { 'idempotency-key': 'hurry' };
  const batch = (key: string) =>
    submitBatch(parts, {
      caller: { submitter: { name: 'app', senders: ['ann@example.com'], networks: [], disabled: false } },
      header: (name) => ({ 'content-type': 'application/json', 'idempotency-key': key })[name],
      body: Buffer.from(JSON.stringify([{ ...minimal, ...fields }])),
    });
  const first = await send(fields, headers);
  const firsts = await batch('hurry');
  parts = { ...usual, queueUp: () => Promise.resolve(new Date(now.getTime() + 60_000)) };
  const again = await send(fields, headers);
  assert.deepEqual([again.id, again.replayed], [first.id, true]);
  const agains = await batch('hurry');
  assert.ok(firsts.ok && agains.ok);
  assert.deepEqual([agains.value[0]?.id, agains.value[0]?.replayed], [firsts.value[0]?.id, true]);
  const other = await batch('another');
  assert.equal(other.ok || other.problem.code, 'wait-too-long');
  await assert.rejects(send(fields, { 'idempotency-key': 'another' }), /wait-too-long/);
  parts = usual;
});

test('of many in the same millisecond one makes the message, and that one alone would send it at once', async () => {
  const usual = parts;
  let sent = 0;
  const departure = {
    send: () => Promise.resolve<'relayed'>((sent++, 'relayed')),
    cancel: () => undefined,
  };
  parts = {
    ...usual,
    express: {
      begin: (record) =>
        Promise.resolve({ ...departure, record: { ...record, state: 'sending', leaseUntil: now } }),
    },
  };
  const answers = await Promise.all(Array.from({ length: 5 }, () => send({}, { 'idempotency-key': 'ms' })));
  parts = usual;
  assert.equal(sent, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
});

test('a key of the submitter comes before the id of a delivery, and keeps its own rules', async () => {
  const headers = { 'webhook-id': 'both', 'idempotency-key': 'mine' };
  const first = await send({}, headers);
  assert.equal(first.id, keyedMessageId('app', 'mine', 0));
  assert.equal((await send({}, { 'webhook-id': 'both' })).replayed, false);
});

test('the id of a delivery is remembered for a day', async () => {
  const headers = { 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
  const first = await send({}, headers);
  later(86_300);
  assert.equal((await send({}, headers)).id, first.id);
  later(200);
  assert.equal((await send({}, headers)).replayed, false);
});

const keyFrom = (headers: Readonly<Record<string, string>>) =>
  deliveryKey((name) => headers[name], exampleMessage());

test('half an id is none, and neither is what a proxy makes', () => {
  assert.equal(keyFrom({ 'ce-id': '1' }), undefined);
  assert.equal(keyFrom({ 'webhook-id': ' ' }), undefined);
  assert.equal(keyFrom({ 'x-request-id': '1', 'x-gitlab-event-uuid': '1' }), undefined);
  assert.notEqual(keyFrom({ 'ce-id': '1', 'ce-source': '/a' }), keyFrom({ 'ce-id': '1', 'ce-source': '/b' }));
});

const window = { dedupeWindow: 600 };

test('the same body within the window after the first is that message; after it, a new one', async () => {
  // From every place in the stretch that time is cut into.
  for (const offset of [0, 1, 150, 299, 300, 450, 598]) {
    const text = `Offset ${offset}`;
    later(offset);
    const first = await send({ text }, {}, window);
    assert.equal(first.replayed, false);
    later(1);
    assert.equal((await send({ text }, {}, window)).id, first.id);
    later(590);
    assert.deepEqual(await send({ text }, {}, window), { ...first, replayed: true });
    later(10);
    const next = await send({ text }, {}, window);
    assert.equal(next.replayed, false, text);
    later(599);
    assert.equal((await send({ text }, {}, window)).id, next.id);
  }
});

test('of many equal bodies at once one makes the message', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => send({ text: 'Race' }, {}, window)));
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
});

test('another body, another submitter, or a key makes another message within the window', async () => {
  const ids = [
    await send({ text: 'Same' }, {}, window),
    await send({ text: 'Same!' }, {}, window),
    await send({ text: 'Same' }, {}, { ...window, name: 'lab' }),
    await send({ text: 'Same' }, { 'idempotency-key': '1' }, window),
    await send({ text: 'Same' }, { 'webhook-id': '1' }, window),
    await send({ text: 'Same' }),
    await send({ text: 'Same' }),
  ].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a window costs one read for each message, and nothing else', async () => {
  azurite.resetTransactions();
  await send({ text: 'Counted' });
  assert.deepEqual(azurite.transactions().table, { InsertEntity: 1 });
  azurite.resetTransactions();
  await send({ text: 'Counted' }, {}, window);
  assert.deepEqual(azurite.transactions().table, { GetEntity: 1, InsertEntity: 1 });
});
