/** Our own programs that send: `postrider trigger`, and `postrider forward` in front of a bridge. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bareEnvironment } from '../bare-environment.ts';
import { killAll, makeFolder, post, startForward, until } from '../infra/forward/stage.ts';
import { mailLike, startSenderWorld } from './program.ts';

const program = path.resolve(import.meta.dirname, '../../infra/cli/postrider.ts');
let world: Awaited<ReturnType<typeof startSenderWorld>>;
before(async () => {
  world = await startSenderWorld();
});
after(() => world.stop());
after(killAll);

const trigger = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...bareEnvironment, POSTRIDER_KEY: world.hookKey };
    execFile(process.execPath, [program, 'trigger', ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

const id = ({ out }: { out: string }) => (JSON.parse(out) as { id: string }).id;

test('trigger posts a sample, and tells the answer and where to look', async () => {
  const to = ['--to', `${world.host.url}/hooks/ops`];
  const fired = await trigger('alertmanager', ...to);
  assert.equal(fired.code, 0, fired.err);
  assert.match(fired.out, /^200 OK in \d+ ms\n\{"object":"email"/);
  const status = /(\/emails\/\S+)/.exec(fired.out)?.[1] ?? '';
  assert.match((await world.request('GET', status)).json.subject, /DiskAlmostFull/);
  const over = await trigger('alertmanager', '--resolved', ...to);
  assert.equal(over.code, 0, over.err);
  const first = await mailLike(world, /^\[FIRING\].*DiskAlmostFull/);
  const last = await mailLike(world, /^\[RESOLVED\].*DiskAlmostFull/);
  assert.equal(last.parsed.references, first.parsed.references);

  // Twice is two mails, and the protocol's own place where the tool has one.
  const [one, two] = [await trigger('gotify', '--json', ...to), await trigger('gotify', '--json', ...to)];
  assert.ok(id(one) !== id(two));
  assert.match(one.out, /appid/);
});

test('trigger says what it cannot do', async () => {
  assert.match((await trigger('--list')).out, /alertmanager +Prometheus Alertmanager +--resolved/);
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['no-such-tool', '--to', 'https://x.example/hooks/a'], 2, /--list/],
    [['alertmanager'], 2, /--to/],
    [['alertmanager', '--to', 'https://x.example/'], 2, /address of a hook/],
    [['curl', '--resolved', '--to', 'https://x.example/hooks/a'], 2, /never says/],
    [['curl', '--to', 'http://127.0.0.1:9/hooks/a'], 1, /cannot be reached/],
    [['curl', '--to', `${world.host.url}/hooks/nobody`], 1, /./],
  ];
  for (const [args, code, words] of cases) {
    const ran = await trigger(...args);
    assert.equal(ran.code, code, args.join(' '));
    assert.match(`${ran.err}${ran.out}`, words);
  }
});

test('forward: a device without a key sends a mail, and what is sent twice is one', async () => {
  const folder = makeFolder(world.hookKey);
  const forward = await startForward(world.host.url, folder);
  const twice = { 'idempotency-key': 'meter-7-42' };
  for (const body of ['Freezer at -9 °C', 'Freezer at -9 °C'])
    assert.equal((await post(`${forward.url}/hooks/ops`, body, twice)).status, 200);
  await post(`${forward.url}/hooks/ops`, 'Freezer at -18 °C');
  await mailLike(world, /Freezer at -18 °C/);
  await until(() => forward.notes.filter(({ event }) => event === 'forwarded').length === 3);
  const mails = world.microsoft365.store
    .list()
    .filter(({ mime }) => /Freezer/.test(Buffer.from(mime).toString()));
  assert.equal(mails.length, 2);
  assert.equal(await forward.end(), 0);
});
