/**
 * From a submission to the receiver of a webhook: through the functions, the real queue and a real HTTPS server.
 */
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { makeWebhook, webhookEntropyBytes } from '../../shared/access/webhook.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { registerApp } from './tenant.ts';
import { startWorld, type World } from './world.ts';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  readonly data: { readonly id: string; readonly status: string; readonly metadata: object };
}

let world: World;
let server: Server;
let secret: string;
const told: Told[] = [];
/** Answers to come; 204 when there is none. */
const answers: number[] = [];

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  told.push({ headers: request.headers, body, ...(JSON.parse(body) as Pick<Told, 'type' | 'data'>) });
  response.writeHead(answers.shift() ?? 204).end();
}

before(async () => {
  world = await startWorld({ POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'true' });
  const authority = await createAuthority();
  setDefaultCACertificates([...getCACertificates('default'), authority.caPem]);
  const certificate = await authority.issue(['localhost']);
  server = createServer(certificate, (request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}/hook`;
  const endpoint = makeWebhook(
    { submitter: 'app', url, events: [] },
    randomBytes(webhookEntropyBytes),
    new Date(),
  );
  secret = endpoint.secret.reveal();
  await openAccessStore(world.storage.table(storageNames.access), systemClock).webhooks.put(endpoint);
  // A key that the bridge has not seen makes it read the register again, endpoint and all.
  const authorization = `Bearer ${await registerApp(world.azurite)}`;
  while ((await world.request('GET', '/emails/none', undefined, { authorization })).status === 401) {
    await sleep(200);
  }
});
after(async () => {
  await world.stop();
  server.close();
});

/** Waits until a message has been told of so often. */
async function toldOf(id: string, count: number): Promise<readonly Told[]> {
  for (let tries = 0; ; tries++) {
    const found = told.filter(({ data }) => data.id === id);
    if (found.length >= count) return found;
    assert.ok(tries < 300, `told ${found.length} of ${count}: ${world.logged.slice(-5).join('\n')}`);
    await sleep(50);
  }
}

test('the receiver is told that a message was accepted and relayed, with a signature that fits', async () => {
  const { json } = await world.submit({ subject: 'Told', metadata: { order: '7' } });
  const events = await toldOf(json.id, 2);
  assert.deepEqual(events.map(({ type }) => type).toSorted(), ['message.accepted', 'message.relayed']);
  const relayed = events.find(({ type }) => type === 'message.relayed');
  assert.ok(relayed);
  assert.equal(relayed.data.status, 'relayed');
  assert.deepEqual(relayed.data.metadata, { order: '7' });
  assert.doesNotMatch(relayed.body, /Told|ops@example\.com/);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = relayed.headers;
  const signed = `${String(id)}.${String(timestamp)}.${relayed.body}`;
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  assert.equal(relayed.headers['webhook-signature'], `v1,${signature}`);
});

test('an event that the receiver did not take is told again from the queue', async () => {
  answers.push(503, 503);
  const { json } = await world.submit({ subject: 'Again' });
  const events = await toldOf(json.id, 4);
  const ids = events.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, 2);
});
