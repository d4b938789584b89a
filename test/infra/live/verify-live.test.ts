/**
 * `npm run verify:live` as a person runs it, a process with its output and exit code, against the pretend Microsoft 365 and a running
 * app: what it reports when all is well, and when each thing is not.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Check } from '../../../infra/live/check.ts';
import { closedPort } from '../../delivery/stage.ts';
import { startWorld, sender, type World } from '../../journeys/world.ts';
import { settingsFor } from '../../journeys/tenant.ts';
import { bareEnvironment } from '../../bare-environment.ts';

const program = path.resolve(import.meta.dirname, '../../../infra/verify-live.ts');
const closed = 'ceo@contoso.com';
let world: World;
let folder: string;
let settings: string;

before(async () => {
  world = await startWorld(
    {},
    {
      roles: ['Mail.Send', 'Mail.Read', 'SMTP.SendAsApp'],
      mailboxes: [sender, { address: closed, apps: ['somebody-else'] }],
    },
  );
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-live-'));
  settings = path.join(folder, 'settings.json');
  await writeFile(path.join(folder, 'ca.pem'), world.microsoft365.caPem);
  await writeSettings({});
});
after(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const writeSettings = (more: Record<string, string>): Promise<void> =>
  writeFile(
    settings,
    JSON.stringify({
      Values: {
        ...settingsFor(world.microsoft365, world.azurite),
        POSTRIDER_TRANSPORTS: 'graph,smtp',
        POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read',
        ...more,
      },
    }),
  );

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (args: readonly string[], environment: Record<string, string> = {}): Promise<Run> =>
  new Promise((resolve) => {
    const env = {
      ...bareEnvironment,
      NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
      ...environment,
    };
    const child = execFile(process.execPath, [program, ...args], { env, cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
    child.stdin?.end();
  });

const people = ['--from', sender, '--to', 'me@example.com'];
const quietly = (...args: string[]): string[] => ['--settings', settings, '--yes', '--json', ...args];

async function checksOf(
  args: readonly string[],
  environment?: Record<string, string>,
): Promise<{ code: number; by: (name: string) => Check | undefined; out: string }> {
  const { code, out, err } = await run(args, environment);
  assert.notEqual(out, '', err);
  const { checks, passed } = JSON.parse(out) as { checks: Check[]; passed: boolean };
  assert.equal(passed, code === 0);
  return { code, by: (name) => checks.find((one) => one.name === name), out };
}

test('a tenant and an app in order: every mail is sent, the copy found, the stranger refused', async () => {
  const { code, by, out } = await checksOf(
    quietly(...people, '--outside', closed, '--url', world.host.url, '--patience', '60'),
    { POSTRIDER_TEST_KEY: world.key },
  );
  const names = [
    'settings',
    'graph token',
    'graph send',
    'sent copy',
    'graph outside',
    'smtp token',
    'smtp send',
    'smtp outside',
    'app ready',
    'app closed',
    'app send',
  ];
  for (const name of names) assert.equal(by(name)?.state, 'passed', `${name}: ${by(name)?.detail}`);
  assert.equal(code, 0);
  for (const subject of ['test by graph', 'test by smtp', 'test through the app'])
    assert.equal((await world.mails(`Postrider: ${subject}`)).length, 1, subject);
  // The pretend tenant consented to these in Entra ID, which reaches every mailbox.
  assert.equal(by('graph permissions')?.state, 'warning');
  assert.match(by('smtp permissions')?.detail ?? '', /SMTP\.SendAsApp .*EVERY mailbox/);
  assert.ok(!out.includes(world.key) && !out.includes(world.microsoft365.clientSecret));
});

test('an app that may send as anybody fails, however well the rest goes', async () => {
  const { code, by } = await checksOf(quietly(...people, '--outside', sender));
  assert.equal(code, 1);
  assert.match(by('graph outside')?.detail ?? '', /CAN send as/);
});

test('a wrong secret, a closed mailbox and an app that is not there are told in words that say what to do', async () => {
  const mails = world.microsoft365.store.list().length;
  const secret = await checksOf(quietly(...people), { POSTRIDER_CLIENT_SECRET: 'wrong' });
  assert.equal(secret.by('graph token')?.state, 'failed');
  assert.match(secret.by('graph token')?.detail ?? '', /POSTRIDER_CLIENT_SECRET|secret/i);
  assert.equal(secret.by('graph send'), undefined);

  const mailbox = await checksOf(quietly('--from', closed, '--to', 'me@example.com'));
  assert.equal(mailbox.by('graph send')?.state, 'failed');
  assert.match(mailbox.by('graph send')?.detail ?? '', /within the last two hours/);
  assert.equal(mailbox.by('graph send')?.trace?.status, 403);

  const nobody = await checksOf(quietly('--app-only', '--url', `https://127.0.0.1:${await closedPort()}`));
  assert.match(nobody.by('app ready')?.detail ?? '', /127\.0\.0\.1.*Is the address right/);
  assert.equal(world.microsoft365.store.list().length, mails);
});

test('a key that is not known is refused by the app, and the answer is shown', async () => {
  const { by } = await checksOf(quietly('--app-only', ...people, '--url', world.host.url), {
    POSTRIDER_TEST_KEY: 'pr_nobody',
  });
  assert.equal(by('app ready')?.state, 'passed');
  assert.match(by('app send')?.detail ?? '', /POST \/emails answered 401: /);
});

test('the identity of the function app is not on this machine, and that is no failure', async () => {
  await writeSettings({
    POSTRIDER_CLIENT_SECRET: '',
    POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: '22222222-2222-4222-8222-222222222222',
  });
  try {
    const { code, by } = await checksOf(quietly(...people));
    assert.equal(code, 0);
    assert.match(by('tenant')?.detail ?? '', /--url/);
  } finally {
    await writeSettings({});
  }
});

test('nothing is sent before somebody has agreed, and it is said what would be', async () => {
  const mails = world.microsoft365.store.list().length;
  const { code, out, err } = await run(['--settings', settings, ...people, '--outside', closed]);
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.match(err, /send a mail by graph from alerts@contoso\.com to me@example\.com/);
  assert.match(err, /TRY to send a mail by smtp as ceo@contoso\.com .*must be refused/);
  assert.match(err, /--yes/);
  assert.equal(world.microsoft365.store.list().length, mails);
});

test('wrong command lines and settings are refused with one sentence', async () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /--from and --to are needed/],
    [['--from', 'me', '--to', 'x@example.com'], /me is not an address/],
    [[...people, '--url', 'http://example.com'], /--url must begin with https/],
    [['--app-only'], /--app-only needs --url/],
    [[...people, '--patience', 'long'], /--patience/],
    [[...people, '--settings', 'no-such.json', '--yes'], /no-such\.json is missing/],
    [[...people, '--yes'], /POSTRIDER_TENANT_ID is missing/],
    [['--frm', 'x'], /frm/],
  ];
  for (const [args, words] of wrong) {
    const { code, out, err } = await run(args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(out, '');
    assert.match(err, words);
  }
});
