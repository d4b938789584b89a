/**
 * `postrider webhooks` as a person runs it, against Azurite and a receiver on this machine.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { bareEnvironment } from '../bare-environment.ts';

const program = path.resolve(import.meta.dirname, '../../infra/cli/postrider.ts');
let azurite: Azurite;
let register: AccessStore;
before(async () => {
  azurite = await startAzurite();
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  register = openAccessStore(storage.table(storageNames.access), systemClock);
  await register.submitters.put({ name: 'app', senders: ['a@contoso.com'], networks: [], disabled: false });
});
after(() => azurite.stop());

const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = {
      ...bareEnvironment,
      AzureWebJobsStorage: azurite.connectionString,
      POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'true',
    };
    const command = [program, 'webhooks', ...args];
    execFile(process.execPath, command, { env, cwd: path.dirname(program) }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });

test('an endpoint is added, listed without its secret, and removed', async () => {
  const url = 'https://hooks.example/in';
  const added = await run('add', 'app', url, '--events', 'message.failed, message.expired', '--json');
  assert.equal(added.code, 0, added.err);
  const { id, secret, events } = JSON.parse(added.out) as { id: string; secret: string; events: string[] };
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(events, ['message.failed', 'message.expired']);
  const listed = await run('list');
  assert.match(listed.out, new RegExp(`${id}  app +active +message\\.failed, message\\.expired  ${url}`));
  assert.ok(![listed.out, (await run('list', '--json')).out].some((text) => text.includes('whsec_')));
  assert.equal((await run('remove', id)).code, 0);
  assert.equal((await run('list')).out.trim(), 'No webhooks.');
  const trail = openStorage({ AzureWebJobsStorage: azurite.connectionString }).table(storageNames.audit);
  const rows = await Array.fromAsync(trail.listEntities());
  assert.deepEqual(
    rows.map(({ entry, action }) => [entry, action]),
    [
      [`webhooks/${id}`, 'removed'],
      [`webhooks/${id}`, 'created'],
    ],
  );
});

test('a rotation shows a new secret and keeps the old one for a day', async () => {
  const { id, secret } = JSON.parse((await run('add', 'app', 'https://hooks.example/', '--json')).out) as {
    id: string;
    secret: string;
  };
  const rotated = JSON.parse((await run('rotate', id, '--json')).out) as { secret: string };
  assert.notEqual(rotated.secret, secret);
  const endpoint = (await register.webhooks.list()).find((one) => one.id === id);
  assert.deepEqual(
    [endpoint?.secret.reveal(), endpoint?.previous?.secret.reveal()],
    [rotated.secret, secret],
  );
});

test('an endpoint that was switched off is shown with its reason, and switched on again', async () => {
  const { id } = JSON.parse((await run('add', 'app', 'https://hooks.example/', '--json')).out) as {
    id: string;
  };
  const disabled = { at: new Date('2026-11-20T12:00:00Z'), reason: 'The receiver answered 410 Gone.' };
  await register.webhooks.change(id, (known) => ({ ...known, disabled, failingSince: disabled.at }));
  const listed = await run('list');
  assert.match(listed.out, new RegExp(`${id}  app +disabled 2026-11-20T12:00:00.000Z: The receiver`));
  assert.equal((await run('enable', id)).code, 0);
  const endpoint = (await register.webhooks.list()).find((one) => one.id === id);
  assert.deepEqual([endpoint?.disabled, endpoint?.failingSince], [undefined, undefined]);
});

test('a test event is sent, and the answer told', async (t) => {
  const seen: IncomingHttpHeaders[] = [];
  const answers = [204, 500];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(answers.shift() ?? 500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { id } = JSON.parse((await run('add', 'app', url, '--json')).out) as { id: string };
  const good = await run('test', id);
  assert.deepEqual([good.code, good.out.trim()], [0, 'The receiver answered 204.']);
  const bad = await run('test', id);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /500, which is not 2xx/);
  assert.match(String(seen[0]?.['webhook-signature']), /^v1,/);
});

test('what cannot be is refused with the reason', async () => {
  const cases: readonly (readonly [readonly string[], RegExp, number])[] = [
    [['add', 'nobody', 'https://hooks.example/'], /no submitter "nobody"/, 1],
    [['add', 'app', 'http://hooks.example/'], /must begin with https/, 2],
    [['add', 'app', 'https://hooks.example/', '--events', 'message.read'], /message\.relayed/, 2],
    ...['remove', 'enable', 'rotate', 'test'].map(
      (verb) => [[verb, 'wh_0'], /no webhook "wh_0"/, 1] as const,
    ),
  ];
  for (const [args, expected, exit] of cases) {
    const { code, err } = await run(...args);
    assert.match(err, expected);
    assert.equal(code, exit, args.join(' '));
  }
});
