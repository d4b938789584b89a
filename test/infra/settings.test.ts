/** `npm run settings` as a person runs it, and what it writes as the local host reads it. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { bareEnvironment } from '../bare-environment.ts';
import { makeCertificate } from '../delivery/stage.ts';

const root = path.resolve(import.meta.dirname, '../..');
let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-settings-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const command = [path.join(root, 'infra/settings.ts'), ...args];
    const child = execFile(
      process.execPath,
      command,
      { env: bareEnvironment, cwd: folder },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
    child.stdin?.end(input);
  });
}

async function valuesOf(file: string): Promise<Record<string, string>> {
  const { IsEncrypted, Values } = JSON.parse(await readFile(file, 'utf8')) as {
    IsEncrypted: boolean;
    Values: Record<string, string>;
  };
  assert.equal(IsEncrypted, false);
  return Values;
}

const who = ['--tenant', 'contoso.onmicrosoft.com', '--client', 'an-app'];

test('flags make a file for its owner alone, and nothing is overwritten without being told to', async () => {
  const file = path.join(folder, 'local.settings.json');
  const made = await run(
    [...who, '--secret-file', '-', '--set', 'POSTRIDER_LIFETIME=2d', '--json'],
    'hunter2\n',
  );
  assert.equal(made.code, 0, made.err);
  const { file: told, settings } = JSON.parse(made.out) as { file: string; settings: string[] };
  assert.equal(told, file);
  assert.ok(settings.includes('POSTRIDER_CLIENT_SECRET'));
  assert.ok(!made.out.includes('hunter2'));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const values = await valuesOf(file);
  assert.equal(values['POSTRIDER_CLIENT_SECRET'], 'hunter2');
  assert.equal(values['POSTRIDER_LIFETIME'], '2d');
  assert.equal(values['FUNCTIONS_WORKER_RUNTIME'], 'node');
  assert.equal(values['AzureWebJobsStorage'], 'UseDevelopmentStorage=true');

  const again = await run([...who, '--identity', 'an-identity']);
  assert.equal(again.code, 1);
  assert.match(again.err, /--force overwrites it/);
  assert.equal((await valuesOf(file))['POSTRIDER_CLIENT_SECRET'], 'hunter2');

  await rm(file);
  await writeFile(file, '{}', { mode: 0o644 });
  const forced = await run([...who, '--identity', 'an-identity', '--force']);
  assert.equal(forced.code, 0, forced.err);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await valuesOf(file))['POSTRIDER_CLIENT_SECRET'], undefined);
});

test('a certificate is kept on one line, and is read as the bridge reads it', async () => {
  const { certificate, privateKey } = await makeCertificate();
  await writeFile(path.join(folder, 'app.pem'), certificate + privateKey);
  const made = await run([...who, '--certificate-file', 'app.pem', '--out', 'certificate.json']);
  assert.equal(made.code, 0, made.err);
  const pem = (await valuesOf(path.join(folder, 'certificate.json')))['POSTRIDER_CLIENT_CERTIFICATE'] ?? '';
  assert.ok(!pem.includes('\n') && pem.includes('\\n'));
});

test('what is missing or wrong is said, and nothing is written', async () => {
  const nobody = await run(['--out', 'none.json']);
  assert.equal(nobody.code, 2);
  assert.match(nobody.err, /missing: --tenant; --client; one of --identity, --key-vault/);
  const wrong = [
    [[...who, '--identity', 'i', '--cloud', 'moon'], 1, /POSTRIDER_CLOUD/],
    [[...who, '--key-vault', 'https://kv.vault.azure.cn/certificates/c'], 1, /is not in vault\.azure\.net/],
    [[...who, '--identity', 'i', '--set', 'nonsense'], 2, /NAME=value/],
    [[...who, '--secret-file', 'nowhere'], 1, /nowhere cannot be read/],
    [['--tenants', 'x'], 2, /--tenants/],
    [[...who, '--identity', 'i', '--storage', 'nonsense'], 1, /not a storage connection string/],
  ] as const;
  await Promise.all(
    wrong.map(async ([args, code, sentence]) => {
      const refused = await run([...args, '--out', 'none.json']);
      assert.equal(refused.code, code, args.join(' '));
      assert.match(refused.err, sentence);
    }),
  );
  await assert.rejects(stat(path.join(folder, 'none.json')));
  assert.match((await run(['--help'])).out, /--from-sandbox/);
});

/** Starts a program and waits for a line of its output. */
async function startUntil(
  t: TestContext,
  args: readonly string[],
  line: RegExp,
  env: Record<string, string> = {},
): Promise<RegExpExecArray> {
  const [program = '', ...rest] = args;
  const child = spawn(process.execPath, [path.join(root, program), ...rest], {
    // A sandbox leaves its settings in the folder that it was started in.
    cwd: folder,
    env: { ...bareEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => stop(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += String(chunk)));
  for (let turn = 0; turn < 1200; turn++) {
    const found = line.exec(said);
    if (found) return found;
    if (child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${line} did not come: ${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

test('with what the sandbox says, a host of one’s own sends a mail', async (t) => {
  const sandbox = ['infra/local/sandbox/start.ts', '--no-bridge', '--port', '0', '--inbox-port', '0'];
  const [, key = ''] = await startUntil(t, sandbox, /API key +(pr_\w+)[\s\S]*Ctrl-C/);
  const made = await run(['--from-sandbox', '--out', path.join(folder, 'app.json')]);
  assert.equal(made.code, 0, made.err);

  const app = await mkdtemp(path.join(folder, 'app-'));
  for (const file of ['host.json', 'package.json'])
    await copyFile(path.join(root, file), path.join(app, file));
  await copyFile(path.join(folder, 'app.json'), path.join(app, 'local.settings.json'));
  const { NODE_EXTRA_CA_CERTS = '' } = await valuesOf(path.join(app, 'local.settings.json'));
  const entry = path.relative(app, path.join(root, 'functions/index.ts'));
  const host = ['infra/local/host/main.ts', app, '--port', '0', '--entry', entry];
  // Node reads this one at its own start; Core Tools hands it to the worker's process, the local host is that process.
  const [, url = ''] = await startUntil(t, host, /"ready":true,"url":"([^"]+)"/, { NODE_EXTRA_CA_CERTS });

  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=20' };
  const mail = { from: 'alerts@contoso.com', to: 'you@example.com', subject: 'Hello', text: 'From a host.' };
  const answer = await fetch(`${url}/emails`, { method: 'POST', headers, body: JSON.stringify(mail) });
  let { id, status } = (await answer.json()) as { id: string; status: string };
  for (let turn = 0; turn < 600 && status !== 'relayed'; turn++) {
    await new Promise((done) => setTimeout(done, 100));
    ({ status } = (await (await fetch(`${url}/emails/${id}`, { headers })).json()) as { status: string });
  }
  assert.equal(status, 'relayed');
});
