/**
 * Telling, on Azurite and to a real HTTPS receiver, with a clock and a bell of our own: what is rung for is collected and answered by
 * the test, so that days pass in an instant.
 */
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { makeWebhook, rotateWebhook, webhookEntropyBytes } from '../../shared/access/webhook.ts';
import { announced } from '../../shared/outbox/announced.ts';
import { openRecords, type Records } from '../../shared/outbox/record.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { append, type MessageEvent } from '../../shared/reporting/event.ts';
import { createAnnouncer } from '../../shared/reporting/webhook-announcer.ts';
import { createWebhookClient, systemResolve } from '../../shared/reporting/webhook-client.ts';
import type { WebhookEntry } from '../../shared/reporting/webhook-entry.ts';
import { tell, tellLater, type WebhookParts, type WebhookTurn } from '../../shared/reporting/webhook-turn.ts';
import { exampleRecord } from '../outbox/example.ts';

interface Told {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const start = new Date('2026-11-20T12:00:00Z');
const content = { at: 'row', bytes: Buffer.from('x'), compressed: false, size: 1 } as const;
let azurite: Azurite;
let url: string;
let access: AccessStore;
let records: Records;
let parts: WebhookParts;
let now: Date;
/** What the receiver got, and what it answers next: 204 when nothing is left. */
let told: Told[];
let answers: number[];
/** What was rung for: entries with their delays. */
let rung: { entry: WebhookEntry; seconds: number }[];
let bell: 'up' | 'down';

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  told.push({ path: request.url, headers: request.headers, body: await text(request) });
  response.writeHead(answers.shift() ?? 204).end();
}
let server: Server;

before(async () => {
  azurite = await startAzurite();
  const authority = await createAuthority();
  setDefaultCACertificates([...getCACertificates('default'), authority.caPem]);
  const certificate = await authority.issue(['localhost']);
  server = createServer(certificate, (request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  await azurite.stop();
});

beforeEach(async () => {
  [now, told, answers, rung, bell] = [start, [], [], [], 'up'];
  const clock = { now: () => now };
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  access = openAccessStore(storage.table(storageNames.access), clock);
  for (const { id } of await access.webhooks.list()) await access.webhooks.remove(id);
  const ring = (entry: WebhookEntry, seconds: number) => {
    if (bell === 'down') return Promise.reject(new Error('the queue is down'));
    rung.push({ entry, seconds });
    return Promise.resolve();
  };
  const plain = openRecords(storage.table(storageNames.messages));
  records = announced(plain, createAnnouncer({ access, ring, log: () => undefined }));
  const post = createWebhookClient({ allowPrivate: true, clock, resolve: systemResolve });
  parts = { access, ring, post, clock, log: () => undefined, random: () => 0, read: (id) => plain.get(id) };
});

async function addEndpoint(events: readonly string[] = [], path = '/', submitter = 'app') {
  const endpoint = makeWebhook({ submitter, url: url + path, events }, randomBytes(webhookEntropyBytes), now);
  await access.webhooks.put(endpoint);
  return endpoint;
}

async function accept(submitter = 'app') {
  const record = exampleRecord(now, { submitter });
  await records.insert(record, content);
  const held = await records.get(record.id);
  assert.ok(held);
  return held;
}

/** Answers the oldest bell, at its time. */
async function answerBell(): Promise<WebhookTurn> {
  const next = rung.shift();
  assert.ok(next, 'nothing was rung for');
  now = new Date(now.getTime() + next.seconds * 1000);
  return await tell(parts, next.entry);
}

const relayed = (): MessageEvent => ({
  at: now.toISOString(),
  event: 'relayed',
  transport: 'graph',
  trace: {},
});
const type = ({ body }: Told) => (JSON.parse(body) as { type: string }).type;

test('an event is told once it stands in the row, signed, with all that it says', async () => {
  const { secret } = await addEndpoint();
  const record = await accept();
  assert.deepEqual(
    rung.map(({ seconds }) => seconds),
    [2],
  );
  assert.equal(await answerBell(), 'told');
  const [{ headers, body }, ...more] = told as [Told];
  assert.deepEqual(more, []);
  assert.deepEqual(JSON.parse(body), {
    type: 'message.accepted',
    timestamp: record.acceptedAt.toISOString(),
    data: {
      id: record.id,
      submitter: 'app',
      status: 'accepted',
      attempt: 0,
      message_id: record.messageId,
      tags: [],
      metadata: {},
      event: record.events[0],
    },
  });
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const key = Buffer.from(secret.reveal().slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${signature}`);
  assert.equal(headers['webhook-timestamp'], String(start.getTime() / 1000 + 2));
});

test('who has no endpoint for an event costs nothing', async () => {
  await addEndpoint(['message.failed']);
  await addEndpoint([], '/', 'somebody-else');
  const record = await accept();
  await records.update(record, { events: append(record.events, relayed()) }, true);
  await accept('third');
  assert.deepEqual(rung, []);
});

test('only events that an endpoint wants are told, and changes without news are not', async () => {
  await addEndpoint(['message.relayed']);
  const record = await accept();
  const swept = await records.update(record, { sweepAt: now });
  assert.ok(swept);
  assert.deepEqual(rung, []);
  await records.update(swept, { events: append(swept.events, relayed()) }, true);
  assert.equal(await answerBell(), 'told');
  assert.deepEqual(told.map(type), ['message.relayed']);
});

test('a crash between the bell and the write invents nothing', async () => {
  await addEndpoint();
  const record = await accept();
  await answerBell();
  // The bell of a worker that died before it could write.
  const event = relayed();
  rung.push({ entry: { v: 1, message: record.id, at: event.at, event: 'relayed', attempt: 1 }, seconds: 2 });
  assert.equal(await answerBell(), 'not-yet');
  assert.deepEqual(
    rung.map(({ seconds }) => seconds),
    [360],
  );
  assert.equal(await answerBell(), 'no-event');
  assert.deepEqual([rung.length, told.length], [0, 1]);
});

test('a write that is slower than the bell is told at the second look', async () => {
  await addEndpoint();
  const record = await accept();
  await answerBell();
  const event = relayed();
  rung.push({ entry: { v: 1, message: record.id, at: event.at, event: 'relayed', attempt: 1 }, seconds: 2 });
  assert.equal(await answerBell(), 'not-yet');
  await records.update(record, { events: append(record.events, event) });
  assert.equal(await answerBell(), 'told');
  assert.deepEqual(told.map(type), ['message.accepted', 'message.relayed']);
});

test('of two workers that write, the one that loses tells nothing', async () => {
  await addEndpoint(['message.relayed', 'message.failed']);
  const record = await accept();
  const failed = { at: now.toISOString(), event: 'failed', reason: 'x', trace: {} } as const;
  assert.ok(await records.update(record, { events: append(record.events, relayed()) }));
  assert.equal(await records.update(record, { events: append(record.events, failed) }), undefined);
  assert.equal(await answerBell(), 'told');
  assert.equal(await answerBell(), 'not-yet');
  assert.equal(await answerBell(), 'no-event');
  assert.deepEqual(told.map(type), ['message.relayed']);
});

test('a queue that is down holds no mail up, and is asked again after the write', async () => {
  await addEndpoint();
  bell = 'down';
  const record = await accept();
  assert.deepEqual(rung, []);
  const writing = records.update(record, { events: append(record.events, relayed()) });
  // Comes up before the write is done.
  setImmediate(() => {
    bell = 'up';
  });
  assert.ok(await writing);
  assert.equal(await answerBell(), 'told');
  assert.deepEqual(told.map(type), ['message.relayed']);
});

test('a write that is repeated is rung for once', async () => {
  await addEndpoint(['message.relayed']);
  const record = await accept();
  const events = append(record.events, relayed());
  for (let i = 0; i < 3; i++) await records.update({ ...record, etag: 'W/"old"' }, { events });
  assert.ok(await records.update(record, { events }));
  assert.equal(rung.length, 1);
  assert.equal(await answerBell(), 'told');
});

test('a row that is written with others is rung for as well', async () => {
  await addEndpoint();
  const one = exampleRecord(now, { id: '01kp00000000000000000000a0' });
  const two = exampleRecord(now, { id: '01kp00000000000000000000b0' });
  await records.insertAll([one, two].map((record) => ({ record, content })));
  assert.deepEqual([await answerBell(), await answerBell()], ['told', 'told']);
});

test('two endpoints are told each, and the failure of one does not repeat the other', async () => {
  const first = await addEndpoint([], '/first');
  const second = await addEndpoint([], '/second');
  await accept();
  assert.equal(await answerBell(), 'spread');
  assert.deepEqual(new Set(rung.map(({ entry }) => entry.endpoint)), new Set([first.id, second.id]));
  answers = [500];
  assert.equal(await answerBell(), 'again');
  assert.equal(await answerBell(), 'told');
  assert.equal(await answerBell(), 'told');
  assert.equal(rung.length, 0);
  const [failed, other, repeated] = told;
  assert.equal(repeated?.path, failed?.path);
  assert.notEqual(other?.path, failed?.path);
  assert.equal(repeated?.headers['webhook-id'], failed?.headers['webhook-id']);
  assert.notEqual(other?.headers['webhook-id'], failed?.headers['webhook-id']);
  assert.equal(repeated?.body, failed?.body);
});

test('an endpoint that fails is tried for three days, marked meanwhile, and then given up on', async () => {
  const { id } = await addEndpoint();
  await accept();
  const waits: number[] = [];
  answers = Array.from({ length: 10 }, () => 503);
  for (let i = 1; i <= 9; i++) {
    assert.equal(await answerBell(), 'again', `attempt ${i}`);
    waits.push(rung[0]?.seconds ?? 0);
    const [endpoint] = await access.webhooks.list();
    assert.equal(endpoint?.failingSince !== undefined, i >= 4, `attempt ${i}`);
  }
  assert.deepEqual(waits, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  assert.equal(await answerBell(), 'given-up');
  assert.equal(rung.length, 0);
  assert.equal(new Set(told.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(told.map(({ headers }) => headers['webhook-timestamp'])).size, 10);
  // One success wipes the mark away.
  now = new Date(now.getTime() + 60_000);
  await accept();
  assert.equal(await answerBell(), 'told');
  const [endpoint] = await access.webhooks.list();
  assert.deepEqual([endpoint?.id, endpoint?.failingSince], [id, undefined]);
});

test('after five days of nothing but failures an endpoint is switched off', async () => {
  await addEndpoint();
  answers = Array.from({ length: 20 }, () => 500);
  await accept();
  for (let i = 1; i <= 9; i++) assert.equal(await answerBell(), 'again');
  assert.equal(await answerBell(), 'given-up');
  now = new Date(now.getTime() + 2 * 86_400_000);
  await accept();
  for (let i = 1; i <= 3; i++) assert.equal(await answerBell(), 'again');
  assert.equal(await answerBell(), 'disabled');
  const [endpoint] = await access.webhooks.list();
  assert.match(endpoint?.disabled?.reason ?? '', /five days/);
  await accept();
  assert.deepEqual(rung, []);
});

test('410 switches an endpoint off at once, also for what is under way to it', async () => {
  await addEndpoint();
  await accept();
  await accept();
  answers = [410];
  assert.equal(await answerBell(), 'disabled');
  const [endpoint] = await access.webhooks.list();
  assert.deepEqual(endpoint?.disabled, { at: now, reason: 'The receiver answered 410 Gone.' });
  assert.equal(await answerBell(), 'nobody');
  assert.equal(told.length, 1);
});

test('a removed endpoint is told nothing more', async () => {
  const { id } = await addEndpoint();
  await accept();
  answers = [500];
  assert.equal(await answerBell(), 'again');
  await access.webhooks.remove(id);
  assert.equal(await answerBell(), 'nobody');
});

test('for a day after a rotation both secrets sign, then the new one alone', async () => {
  const { id } = await addEndpoint();
  await access.webhooks.change(id, (known) => rotateWebhook(known, randomBytes(webhookEntropyBytes), now));
  await accept();
  await answerBell();
  now = new Date(start.getTime() + 86_400_000);
  await accept();
  await answerBell();
  const counts = told.map(({ headers }) => String(headers['webhook-signature']).split(' ').length);
  assert.deepEqual(counts, [2, 1]);
});

test('an entry that the queue gave up on waits like one that failed, and not for ever', async () => {
  await addEndpoint();
  await accept();
  const [first] = rung.splice(0);
  assert.ok(first);
  await tellLater(parts, first.entry);
  assert.deepEqual(
    rung.map(({ seconds, entry }) => [seconds, entry.attempt]),
    [[5, 2]],
  );
  assert.equal(await answerBell(), 'told');
  await tellLater(parts, { ...first.entry, attempt: 10 });
  assert.deepEqual(rung, []);
});
