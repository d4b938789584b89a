/**
 * What a submitter may send, and what becomes of it: refusals that leave nothing behind, the modes, quiet times, switches, and a loop
 * of webhook and mail that comes to its end.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { makeWebhook, webhookEntropyBytes } from '../../shared/access/webhook.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames, type Storage } from '../../shared/platform/storage.ts';
import { sender, startWorld, type Answer, type World } from './world.ts';

let world: World;
let receiver: Server;
const keys = new Map<string, string>();
const quietUntil = new Date(Math.ceil((Date.now() + 7200_000) / 1000) * 1000);

const submitters: Readonly<Record<string, Partial<Submitter>>> = {
  strict: {
    policy: {
      recipients: ['@example.com'],
      deniedRecipients: ['boss@example.com'],
      maxRecipients: 3,
      attachments: { allow: ['.pdf'] },
      forbiddenHeaders: ['X-Secret'],
    },
  },
  tester: { mode: 'test' },
  trapped: { mode: 'redirect', redirectTo: 'trap@contoso.com' },
  lost: { mode: 'redirect' },
  quiet: { quietUntil },
  stopped: { senders: ['stopped@contoso.com'] },
  loop: {},
};

const accessOf = (storage: Storage): AccessStore =>
  openAccessStore(storage.table(storageNames.access), systemClock);

async function fill(storage: Storage): Promise<void> {
  const access = accessOf(storage);
  for (const [name, more] of Object.entries(submitters)) {
    const key = makeApiKey(randomBytes(keyEntropyBytes));
    await access.submitters.put({ name, senders: [sender], networks: [], disabled: false, ...more });
    await access.keys.put({ id: key.id, submitter: name, hash: key.hash, createdAt: new Date() });
    keys.set(name, key.text);
  }
  await access.suppressions.put({ address: 'gone@example.com', reason: 'it bounced', createdAt: new Date() });
  await access.switches.put({
    scope: 'stopped@contoso.com',
    reason: 'a leaked key',
    thrownAt: new Date(),
    by: 'desk',
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const wish = { submitter: 'loop', url, events: ['message.relayed'] };
  await access.webhooks.put(makeWebhook(wish, randomBytes(webhookEntropyBytes), new Date()));
}

/** What the loop's automation was told, and what its requests came to. */
const told: string[] = [];
const answered: Answer[] = [];

/** An automation that answers every mail by another, and hands on the header that it was given. */
const handOn = async (request: IncomingMessage) => {
  await json(request);
  const hop = String(request.headers['x-postrider-hop']);
  told.push(hop);
  answered.push(await submit('loop', { subject: `Loop ${hop}` }, { 'x-postrider-hop': hop }));
};

before(async () => {
  receiver = createServer((request, response) => {
    response.writeHead(204).end();
    void handOn(request);
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  world = await startWorld({ POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'true' }, { before: fill });
});
after(async () => {
  await world.stop();
  receiver.close();
});

const as = (name: string) => ({ authorization: `Bearer ${keys.get(name)}` });
const submit = (name: string, mail: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  world.submit(mail, { ...as(name), ...headers });
const status = async (name: string, id: string) =>
  (await world.request('GET', `/emails/${id}`, undefined, as(name))).json;

async function ended(name: string, id: string, state: string) {
  for (let tries = 0; tries < 200; tries++) {
    const view = await status(name, id);
    if (view?.status === state) return view;
    await sleep(50);
  }
  throw new Error(JSON.stringify(await status(name, id)));
}

/** What is stored when the doorbells of earlier tests have been answered. */
async function atRest() {
  for (let last = await world.stored(); ;) {
    await sleep(300);
    const stored = await world.stored();
    if (JSON.stringify(stored) === JSON.stringify(last)) return stored;
    last = stored;
  }
}

async function refused(
  send: () => Promise<Answer>,
  code: string,
  pointers: readonly string[],
): Promise<Answer> {
  const stored = await atRest();
  const answer = await send();
  assert.equal(answer.json?.code, code, answer.text);
  assert.deepEqual(
    (answer.json.errors ?? []).map(({ pointer }: { pointer: string }) => pointer),
    pointers,
  );
  assert.deepEqual(await world.stored(), stored);
  return answer;
}

test('a refusal names every rule that is broken, and leaves nothing; so does a dry run, and a batch', async () => {
  const mail = {
    to: ['ops@example.com', 'BOSS@example.com', 'x@elsewhere.example'],
    bcc: 'gone@example.com',
    headers: { 'x-secret': '1' },
    attachments: [
      { filename: 'invoice.pdf', content: Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1').toString('base64') },
    ],
  };
  const pointers = ['#/to/1', '#/to/2', '#/bcc', '#/to', '#/attachments/0', '#/headers/x-secret'];
  const answer = await refused(() => submit('strict', mail), 'recipient-not-allowed', pointers);
  assert.equal(answer.status, 403);
  const whole = { from: sender, subject: 's', text: 't', ...mail };
  const dry = () => world.request('POST', '/emails?dry_run=true', whole, as('strict'));
  await refused(dry, 'recipient-not-allowed', pointers);
  const good = { from: sender, to: 'ops@example.com', subject: 's', text: 't' };
  const batch = () => world.request('POST', '/emails/batch', [good, whole], as('strict'));
  await refused(
    batch,
    'recipient-not-allowed',
    pointers.map((pointer) => pointer.replace('#', '#/1')),
  );
});

test('whatever it is refused for, a request leaves no row, blob or queue message', async () => {
  const stored = await atRest();
  const recipient = fc.constantFrom(
    'boss@example.com',
    'a@elsewhere.example',
    'GONE@example.com',
    'a@example.com.evil.example',
  );
  const field = fc.constantFrom('to', 'cc', 'bcc');
  await fc.assert(
    fc.asyncProperty(field, recipient, fc.nat(900_000), async (name, address, size) => {
      const mail = { to: 'ops@example.com', [name]: ['ok@example.com', address], text: 'x'.repeat(size) };
      const answer = await submit('strict', mail, { prefer: 'wait=5' });
      assert.equal(answer.status, 403, answer.text);
    }),
    { numRuns: 25 },
  );
  assert.deepEqual(await world.stored(), stored);
});

test('mode test: accepted, composed and not sent; within the call, later, and in a batch', async () => {
  const sent = world.microsoft365.store.list().length;
  const waited = await submit('tester', {}, { prefer: 'wait=10' });
  assert.equal(waited.status, 202);
  assert.equal(waited.json.status, 'tested');
  const later = await submit('tester', { attachments: [{ filename: 'a.txt', content: 'YQ==' }] });
  const view = await ended('tester', later.json.id, 'tested');
  assert.equal(view.mode, 'test');
  assert.equal(view.recipients[0].status, 'tested');
  const mail = { from: sender, to: 'ops@example.com', subject: 's', text: 't' };
  const batch = await world.request('POST', '/emails/batch', [mail, mail], as('tester'));
  for (const { id } of batch.json.data) await ended('tester', id, 'tested');
  assert.equal(world.microsoft365.store.list().length, sent);
});

test('a request may ask for a test, under the key of the mail that follows it; a word that is not known is refused', async () => {
  const key = { 'idempotency-key': 'the same' };
  const first = await world.submit(
    { subject: 'Asked' },
    { ...key, 'x-postrider-mode': 'Test', prefer: 'wait=10' },
  );
  assert.equal(first.json.status, 'tested');
  assert.equal((await world.mails('Asked')).length, 0);
  const second = await world.submit({ subject: 'Asked' }, { ...key, prefer: 'wait=10' });
  assert.equal(second.json.status, 'relayed');
  assert.equal((await world.mails('Asked')).length, 1);
  await refused(() => world.submit({}, { 'x-postrider-mode': 'tset' }), 'invalid-mode', []);
  await refused(() => world.submit({}, { 'x-postrider-mode': 'redirect' }), 'invalid-mode', []);
  const stricter = await submit('tester', {}, { 'x-postrider-mode': 'live', prefer: 'wait=10' });
  assert.equal(stricter.json.status, 'tested');
});

test('mode redirect: one recipient, the others shown in mail and status', async () => {
  const mail = {
    subject: 'Away',
    to: ['a@example.com'],
    cc: 'b@example.com',
    bcc: 'c@example.com',
    html: '<p>Hi</p>',
    text: 'Hi',
  };
  const { json: answer } = await submit('trapped', mail, { prefer: 'wait=10' });
  const view = await ended('trapped', answer.id, 'relayed');
  assert.deepEqual(view.original, { to: ['a@example.com'], cc: ['b@example.com'], bcc: ['c@example.com'] });
  assert.deepEqual([view.to, view.cc, view.bcc, view.mode], [['trap@contoso.com'], [], [], 'redirect']);
  const [arrived] = await world.mails('Away');
  assert.ok(arrived);
  const { parsed, accepted } = arrived;
  assert.deepEqual(
    parsed.to?.map(({ address }) => address),
    ['trap@contoso.com'],
  );
  assert.deepEqual(accepted.envelope.to, ['trap@contoso.com']);
  assert.match(parsed.html ?? '', /Redirected by Postrider.*a@example\.com.*b@example\.com.*c@example\.com/s);
  const lost = await refused(() => submit('lost'), 'sending-suspended', []);
  assert.equal(lost.status, 503);
  const dry = await world.request('POST', '/emails?dry_run=true', { from: sender, ...mail }, as('trapped'));
  assert.match(dry.json.mime, /^To: trap@contoso\.com\r$/m);
  assert.doesNotMatch(dry.json.mime, /^(?:Cc|Bcc):/m);
});

test('a quiet submitter is told when its mail will be sent', async () => {
  const { json: answer } = await submit('quiet', {}, { prefer: 'wait=10' });
  assert.equal(answer.estimated_at, quietUntil.toISOString());
  const view = await status('quiet', answer.id);
  assert.match(view.events[0].reason, /quiet until/);
  assert.equal(view.estimated_at, quietUntil.toISOString());
});

test('while a switch is thrown its sender is refused for now', async () => {
  const stopped = await refused(
    () => submit('stopped', { from: 'stopped@contoso.com' }),
    'sending-suspended',
    [],
  );
  assert.equal(stopped.status, 503);
  assert.equal(stopped.headers.get('retry-after'), '60');
  assert.match(stopped.json.detail, /a leaked key/);
});

test('a loop of webhook and mail comes to its end', async () => {
  const first = await submit('loop', { subject: 'Loop 0' });
  assert.equal(first.status, 202);
  for (let tries = 0; !answered.some(({ status: code }) => code === 422); tries++) {
    assert.ok(tries < 400, JSON.stringify(told));
    await sleep(50);
  }
  assert.deepEqual(told, ['1', '2', '3']);
  assert.deepEqual(
    answered.map(({ status: code }) => code),
    [202, 202, 422],
  );
  assert.equal(answered.at(-1)?.json.code, 'mail-loop');
  const [second] = await world.mails('Loop 1');
  assert.ok(second?.parsed.headers.some(({ key, value }) => key === 'x-postrider-hop' && value === '2'));
});
