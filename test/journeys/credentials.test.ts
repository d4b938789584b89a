/**
 * Every way in, through the local host and on the wire: what lets a message in, and what leaves nothing behind.
 */
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { openCollection } from '../../shared/access/collection.ts';
import { lastUseKind, type LastUse } from '../../shared/access/last-use.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import type { StoredApiKey } from '../../shared/access/stored-key.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type Answer, type World } from './world.ts';

const audience = 'api://postrider';
const caller = { clientId: 'c0a80101-7e57-4000-8000-0000000000aa', secret: 'of the caller' };
const guest = { clientId: 'c0a80101-7e57-4000-8000-0000000000bb', secret: 'of the guest' };
const tenantId = 'c0a80101-7e57-4000-8000-000000000001';

let world: World;
let register: AccessStore;
const texts = new Map<string, string>();

const submitter = (name: string, more: Partial<Submitter> = {}): Submitter => ({
  name,
  senders: [sender],
  networks: [],
  disabled: false,
  ...more,
});

async function addKey(name: string, more: Partial<StoredApiKey> = {}): Promise<void> {
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  await register.keys.put({ id: key.id, submitter: 'app', hash: key.hash, createdAt: new Date(), ...more });
  texts.set(name, key.text);
}
const text = (name: string) => texts.get(name) ?? '';

before(async () => {
  world = await startWorld(
    { POSTRIDER_ENTRA_AUDIENCE: audience, POSTRIDER_SECRET_REPO: 'shared with the forge' },
    {
      entra: { resources: [audience] },
      registrations: [caller, guest].map(({ clientId, secret }) => ({
        tenantId,
        clientId,
        secrets: [{ value: secret }],
      })),
      async before(storage) {
        register = openAccessStore(storage.table(storageNames.access), systemClock);
        await register.submitters.put(submitter('entra', { entra: [{ appId: caller.clientId }] }));
        await register.submitters.put(
          submitter('both', { networks: ['192.0.2.0/24'], authentication: 'key-and-network' }),
        );
        await register.submitters.put(submitter('gone', { expiresAt: new Date(0) }));
        const hook = { submitter: 'app', from: sender, to: ['ops@example.com'] };
        await register.hooks.put({ ...hook, name: 'ci' });
        await register.hooks.put({ ...hook, name: 'repo', signature: { scheme: 'github', secret: 'REPO' } });
        await addKey('second');
        await addKey('reader', { scopes: ['read'] });
        await addKey('writer', { scopes: ['submit'] });
        await addKey('expired', { expiresAt: new Date(0) });
        await addKey('elsewhere', { networks: ['192.0.2.0/24'] });
        await addKey('loopback', { networks: ['127.0.0.0/8', '::1'] });
        await addKey('hook', { hook: 'ci' });
        await addKey('both', { submitter: 'both' });
        await addKey('gone', { submitter: 'gone' });
      },
    },
  );
});
after(() => world.stop());

const mail = { from: sender, to: 'ops@example.com', subject: 's', text: 't' };
const submit = (headers: Record<string, string>, path = '/emails'): Promise<Answer> =>
  world.request('POST', path, mail, { authorization: undefined, ...headers });
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function refused(sent: Promise<Answer>, status: number, code: string): Promise<Answer> {
  const answer = await sent;
  assert.deepEqual([answer.status, answer.json?.code], [status, code], answer.text);
  const shown = [...texts.values(), world.key].filter((key) => answer.text.includes(key));
  assert.deepEqual(shown, [], 'no answer repeats a key');
  return answer;
}

/** How many messages there are. */
const rows = async () => (await world.stored()).rows;

test('a key is taken wherever a vendor’s client puts it', async () => {
  const ways: readonly Record<string, string>[] = [
    { authorization: `Bearer ${world.key}` },
    { authorization: world.key },
    { authorization: basic('api', world.key) },
    { authorization: basic(world.key, '') },
    { 'x-api-key': world.key },
    { 'api-key': world.key },
    { 'x-postmark-server-token': world.key },
    { 'x-gotify-key': world.key },
    { 'x-api-key': world.key, authorization: basic('user', text('second')) },
  ];
  for (const headers of ways) assert.equal((await submit(headers)).status, 202, Object.keys(headers).join());
});

test('a key in the URL is refused where there is no hook, and nothing is kept', async () => {
  const stored = await rows();
  const answer = await refused(submit({}, `/emails?api_key=${world.key}`), 400, 'key-in-url');
  assert.match(answer.json.detail, /logs/);
  await refused(submit({ 'x-api-key': world.key }, `/emails?k=${text('hook')}`), 400, 'key-in-url');
  await refused(submit({ 'x-api-key': text('hook') }), 403, 'hook-key-only');
  await refused(
    submit({ 'x-api-key': world.key, authorization: `Bearer ${text('second')}` }),
    400,
    'ambiguous-credentials',
  );
  assert.equal(await rows(), stored);
});

test('a key does what it was made for, and the answer says what it lacks (RFC 6750)', async () => {
  const stored = await rows();
  const lacking = await refused(submit({ 'x-api-key': text('reader') }), 403, 'scope-not-granted');
  assert.match(lacking.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/);
  const expired = await refused(submit({ 'x-api-key': text('expired') }), 401, 'api-key-expired');
  assert.match(expired.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  await refused(submit({ 'x-api-key': text('elsewhere') }), 403, 'network-not-allowed');
  await refused(submit({ 'x-api-key': text('both') }), 403, 'network-not-allowed');
  await refused(submit({ 'x-api-key': text('gone') }), 403, 'submitter-expired');
  assert.equal(await rows(), stored);

  assert.equal((await submit({ 'x-api-key': text('loopback') })).status, 202);
  const accepted = await submit({ 'x-api-key': text('writer') });
  assert.equal(accepted.status, 202);
  const path = `/emails/${accepted.json.id}`;
  const as = (method: string, name: string, to: string) =>
    world.request(method, to, undefined, { authorization: `Bearer ${text(name)}` });
  await refused(as('GET', 'writer', path), 403, 'scope-not-granted');
  await refused(as('POST', 'writer', `${path}/cancel`), 403, 'scope-not-granted');
  await refused(as('POST', 'reader', `${path}/cancel`), 403, 'scope-not-granted');
  assert.equal((await as('GET', 'reader', path)).status, 200);
});

/** A token as an application gets it: with its own credentials, from the authority. */
async function tokenFor({ clientId, secret }: typeof caller, scope = audience): Promise<string> {
  const response = await fetch(`${world.microsoft365.urls.login}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: `${scope}/.default`,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/** The header for it. */
const bearer = async (...given: Parameters<typeof tokenFor>) => ({
  authorization: `Bearer ${await tokenFor(...given)}`,
});

test('an application of Entra ID sends with a token, and no other does', async () => {
  const stored = await rows();
  const accepted = await submit(await bearer(caller));
  assert.equal(accepted.status, 202, accepted.text);
  await refused(submit(await bearer(guest)), 403, 'application-not-registered');
  await refused(submit(await bearer(caller, 'https://graph.microsoft.com')), 401, 'invalid-token');
  const { authorization } = await bearer(caller);
  await refused(submit({ authorization, 'x-api-key': world.key }), 400, 'ambiguous-credentials');
  await refused(submit({ authorization: `${authorization.slice(0, -4)}AAAA` }), 401, 'invalid-token');
  assert.equal(await rows(), stored + 1);
  const status = await world.request('GET', `/emails/${accepted.json.id}`, undefined, { authorization });
  assert.equal(status.status, 200);
});

const knock = (path: string, body: string, headers: Record<string, string> = {}) =>
  world.request('POST', path, body, { authorization: undefined, ...headers });

test('a key of a hook opens that hook, in its URL too, and its text goes nowhere', async () => {
  const opened = await knock(`/hooks/ci/${text('hook')}`, '{"title":"By path"}');
  assert.equal(opened.status, 200, opened.text);
  assert.equal((await knock(`/hooks/ci?token=${text('hook')}`, '{"title":"By query"}')).status, 200);
  const odd = await knock(`/hooks/ci/${text('hook')}?odd=${text('hook')}`, '{"title":"Twice"}');
  assert.equal(odd.status, 200, odd.text);
  await world.settled(odd.json.id);
  for (const { mime } of world.microsoft365.store.list())
    assert.ok(!Buffer.from(mime).toString('latin1').includes(text('hook')));
  const stored = await rows();
  await refused(knock(`/hooks/ci/${world.key}`, '{}'), 400, 'key-in-url');
  await refused(knock(`/hooks/repo/${text('hook')}`, '{}'), 403, 'hook-key-only');
  await refused(knock('/hooks/ci', '{}', { authorization: basic('x', 'admin') }), 401, 'invalid-api-key');
  assert.equal(await rows(), stored);
});

test('a hook that must be signed takes signed bodies only, and each of them once', async () => {
  const body = '{"title":"Pushed to main"}';
  const mac = createHmac('sha256', 'shared with the forge').update(body).digest('hex');
  const signature = { 'x-hub-signature-256': `sha256=${mac}` };
  const stored = await rows();
  await refused(knock('/hooks/repo', body), 401, 'invalid-signature');
  await refused(knock('/hooks/repo', `${body} `, signature), 401, 'invalid-signature');
  await refused(
    knock('/hooks/repo', body, { authorization: `Bearer ${world.key}` }),
    401,
    'invalid-signature',
  );
  assert.equal(await rows(), stored);
  const first = await knock('/hooks/repo', body, { ...signature, 'x-github-delivery': 'one' });
  assert.equal(first.status, 200, first.text);
  const replayed = await knock('/hooks/repo', body, { ...signature, 'x-github-delivery': 'two' });
  assert.equal(replayed.json.id, first.json.id, replayed.text);
  assert.equal(await rows(), stored + 1);
});

test('a client certificate that nobody asked for proves nothing', async () => {
  await refused(submit({ 'x-arr-clientcert': 'MIIB' }), 401, 'missing-credentials');
});

test('whoever guesses has to wait, and a right key from there is taken all the same', async () => {
  const guesses = 20;
  const answers: Answer[] = [];
  for (let i = 0; i < guesses; i++) {
    const { text: wrong } = makeApiKey(randomBytes(keyEntropyBytes));
    answers.push(await submit({ 'x-api-key': wrong }));
  }
  const last = answers.at(-1);
  assert.equal(last?.status, 429);
  assert.equal(last?.json.code, 'too-many-failures');
  const wait = Number(last?.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 60, String(wait));
  assert.equal((await submit({ 'x-api-key': world.key })).status, 202);
});

test('a flood of guesses is answered one after another, and a right key goes past it', async () => {
  const { text: wrong } = makeApiKey(randomBytes(keyEntropyBytes));
  let answered = 0;
  const flood = Array.from({ length: 40 }, async () => {
    const { status } = await submit({ 'x-api-key': wrong });
    answered += 1;
    return status;
  });
  assert.equal((await submit({ 'x-api-key': world.key })).status, 202);
  assert.ok(answered < 40, `${answered} guesses went first`);
  const statuses = await Promise.all(flood);
  assert.ok(statuses.every((status) => status === 429 || status === 401));
});

test('the last use of a key is in the book, and no log line holds a key or a token', async () => {
  const uses = openCollection<LastUse>(world.storage.table(storageNames.uses), lastUseKind, () => undefined);
  const [, id] = world.key.split('_');
  let noted: LastUse | undefined;
  for (let tries = 0; !noted && tries < 600; tries++) {
    noted = (await uses.list()).find(({ keyId }) => keyId === id);
    if (!noted) await sleep(50);
  }
  assert.equal(noted?.holder, 'app');
  const lines = world.logged.join('\n');
  for (const key of [world.key, ...texts.values()]) {
    const line = world.logged.find((one) => one.includes(key));
    assert.equal(line, undefined);
  }
  assert.ok(!/eyJ[\w-]{20}/.test(lines));
});
