/**
 * `npm start` as a person sees it: one process tree, printed facts, a mail in the inbox, Ctrl-C.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../../..');
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface Sandbox {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly bridge: string;
  readonly inbox: string;
  readonly key: string;
}

async function start(args: readonly string[]): Promise<Sandbox> {
  const child = spawn(process.execPath, ['infra/local/sandbox/start.ts', ...args], { cwd: root });
  running.add(child);
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const said = () => out;
  await until(() => out.includes('Ctrl-C stops everything'), said);
  const find = (pattern: RegExp) => pattern.exec(out)?.[1] ?? '';
  return {
    child,
    said,
    bridge: find(/Bridge +(\S+)/),
    inbox: find(/Inbox +(\S+)/),
    key: find(/API key +(\S+)/),
  };
}

async function until(condition: () => boolean | Promise<boolean>, explain: () => string): Promise<void> {
  for (let tries = 0; tries < 2400; tries++) {
    if (await condition()) return;
    await sleep(50);
  }
  assert.fail(explain());
}

const send = (sandbox: Sandbox, subject: string) =>
  fetch(`${sandbox.bridge}/emails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'alerts@contoso.com', to: 'you@example.com', subject, text: 't' }),
  });

async function arrived(sandbox: Sandbox, subject: string): Promise<readonly { via: string }[]> {
  const answer = await fetch(
    `${sandbox.inbox}/api/v1/messages?wait=20s&subject=${encodeURIComponent(subject)}`,
  );
  return ((await answer.json()) as { messages: { via: string }[] }).messages;
}

const skip = process.platform === 'linux' ? false : 'finds the bridge through /proc';

test(
  'brings everything up, sends, survives the death of the bridge, and ends on Ctrl-C',
  { skip },
  async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const sandbox = await start(['--port', String(port), '--inbox-port', '0']);
    taken.close();
    assert.match(sandbox.said(), new RegExp(`Port ${port} is taken; using \\d+ instead`));
    assert.match(sandbox.said(), /curl -sS http/);

    assert.equal((await send(sandbox, 'First')).status, 202);
    assert.deepEqual(
      (await arrived(sandbox, 'First')).map(({ via }) => via),
      ['graph-json'],
    );
    assert.equal((await fetch(sandbox.inbox)).status, 200);

    const hook = /curl -d "Backup done" (\S+\/hooks\/demo\/\S+)/.exec(sandbox.said())?.[1] ?? '';
    assert.equal((await fetch(hook, { method: 'POST', body: 'Backup done' })).status, 200);
    assert.equal((await arrived(sandbox, '[INFO] Backup done')).length, 1);

    const bridge = await childOf(sandbox.child.pid ?? 0, 'host/main.ts');
    assert.ok(bridge);
    process.kill(bridge, 'SIGKILL');
    await until(() => sandbox.said().includes('The bridge is up again'), sandbox.said);
    assert.equal((await send(sandbox, 'Second')).status, 202);
    assert.equal((await arrived(sandbox, 'Second')).length, 1);

    sandbox.child.kill('SIGINT');
    const [code] = (await once(sandbox.child, 'exit')) as [number];
    assert.equal(code, 0, sandbox.said());
    await assert.rejects(fetch(sandbox.bridge));
  },
);

/** The child process of `parent` whose command line holds `text`. */
async function childOf(parent: number, text: string): Promise<number | undefined> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of children.trim().split(' ').map(Number)) {
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes(text)) return pid;
  }
  return undefined;
}

test('with one setting changed the mail goes by SMTP', async () => {
  const sandbox = await start(['--port', '0', '--inbox-port', '0', '--transports', 'smtp']);
  assert.equal((await send(sandbox, 'By SMTP')).status, 202);
  assert.deepEqual(
    (await arrived(sandbox, 'By SMTP')).map(({ via }) => via),
    ['smtp'],
  );
  sandbox.child.kill('SIGTERM');
  await once(sandbox.child, 'exit');
});

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['infra/local/sandbox/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  running.add(child);
  const [out, err, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'exit'),
  ]);
  return { code: code as number, out: out.join(''), err: err.join('') };
}

test('a wrong option, a wrong setting and --help say what to do', async () => {
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.out, /--transports/);
  const option = await run(['--prot', '1']);
  assert.equal(option.code, 2);
  assert.match(option.err, /--prot/);
  const setting = await run(['--port', '0', '--inbox-port', '0'], { POSTRIDER_LIFETIME: 'a day' });
  assert.equal(setting.code, 1);
  assert.match(setting.err, /postrider: the bridge did not start.*POSTRIDER_LIFETIME must be a whole number/);
});
