/** curl and wget, in the lines that people write, and Monit, which calls curl. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { mailLike, missing, run, start, startSenderWorld } from './program.ts';

const skip = missing('curl');
let world: Awaited<ReturnType<typeof startSenderWorld>>;
let folder: string;
before(async () => {
  if (skip) return;
  world = await startSenderWorld();
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-senders-'));
});
after(async () => {
  if (skip) return;
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const curl = async (...args: readonly string[]) => {
  const ran = await run('curl', ['-sS', '--fail-with-body', ...args]);
  assert.equal(ran.code, 0, `${ran.out}${ran.err}`);
  return ran.out;
};
const hook = () => `${world.host.url}/hooks/ops/${world.hookKey}`;

test('curl -d with a text', { skip }, async () => {
  assert.match(await curl('-d', 'Backup of db-01 done', hook()), /"status"/);
  await mailLike(world, /Backup of db-01 done/);
});

test('curl -T with a log from a pipe, whose length nobody knows', { skip }, async () => {
  const { out } = await run('curl', ['-sS', '-T', '-', hook()], 'line 1\nline 2\n');
  // Chunked: the Functions host has no body for it, and the answer says what to do.
  assert.match(out, /length-required/);
  const log = path.join(folder, 'log.txt');
  await writeFile(log, 'Restore failed\nNo space left\n');
  await curl('--data-binary', `@${log}`, '-H', 'Title: Restore of db-01', hook());
  const { parsed } = await mailLike(world, /Restore of db-01/);
  assert.match(parsed.text ?? '', /No space left/);
});

test('curl -T with a photo, and -F with one and its words', { skip }, async () => {
  const photo = path.join(folder, 'door.jpg');
  const bytes = Buffer.concat([Buffer.from('ffd8ffe000104a4649460001', 'hex'), Buffer.alloc(2000, 7)]);
  await writeFile(photo, bytes);
  await curl('-T', photo, '-H', 'Filename: door.jpg', '-H', 'Title: Somebody rings', hook());
  const put = await mailLike(world, /Somebody rings/);
  assert.deepEqual(
    put.parsed.attachments.map(({ filename, content }) => [
      filename,
      Buffer.from(content as ArrayBuffer).equals(bytes),
    ]),
    [['door.jpg', true]],
  );
  await curl(
    '-F',
    'title=Gate opened',
    '-F',
    'message=By the north side',
    '-F',
    `file=@${photo};type=image/jpeg`,
    hook(),
  );
  const form = await mailLike(world, /Gate opened/);
  assert.match(form.parsed.text ?? '', /By the north side/);
  assert.deepEqual(
    form.parsed.attachments.map(({ filename }) => filename).filter((name) => name === 'door.jpg'),
    ['door.jpg'],
  );
});

test("curl with ntfy's headers at the place of ntfy", { skip }, async () => {
  const out = await curl(
    '-d',
    'Basement is wet',
    '-H',
    'Title: Water',
    '-H',
    'Priority: urgent',
    '-u',
    `:${world.hookKey}`,
    `${world.host.url}/ntfy/ops`,
  );
  assert.equal((JSON.parse(out) as { topic: string }).topic, 'ops');
  await mailLike(world, /Water/);
});

test('curl --retry stops at the first success', { skip }, async () => {
  const trace = await curl(
    '-v',
    '--retry',
    '3',
    '-d',
    'Only once',
    '-w',
    '%{http_code} %{num_redirects}',
    hook(),
  );
  assert.match(trace, /200 0$/);
});

test('wget --post-data', { skip: missing('wget') }, async () => {
  const ran = await run('wget', ['-q', '-O', '-', '--post-data', 'Printer 3 is out of paper', hook()]);
  assert.equal(ran.code, 0, ran.err);
  await mailLike(world, /Printer 3 is out of paper/);
});

test('Monit, by the script of docs/senders/monit.md', { skip: missing('monit', 'curl') }, async (t) => {
  const script = path.join(folder, 'postrider.sh');
  await writeFile(
    script,
    `#!/bin/sh
exec curl -sS --retry 3 '${hook()}' \\
  --data-urlencode "MONIT_HOST=$MONIT_HOST" \\
  --data-urlencode "MONIT_SERVICE=$MONIT_SERVICE" \\
  --data-urlencode "MONIT_EVENT=$MONIT_EVENT" \\
  --data-urlencode "MONIT_DESCRIPTION=$MONIT_DESCRIPTION" \\
  --data-urlencode "MONIT_DATE=$MONIT_DATE"
`,
  );
  await chmod(script, 0o755);
  const watched = path.join(folder, 'watched');
  const control = path.join(folder, 'monitrc');
  await writeFile(
    control,
    `set daemon 1
set idfile ${folder}/id
set statefile ${folder}/state
set pidfile ${folder}/pid
check file spool-flag with path ${watched}
  if does not exist then exec "${script}" else if succeeded then exec "${script}"
`,
  );
  await chmod(control, 0o600);
  const running = start('monit', ['-I', '-c', control]);
  t.after(() => running.stop());
  const gone = await mailLike(world, /spool-flag.*Does not exist/, running.said);
  assert.match(gone.parsed.subject ?? '', /^\[FIRING\]/);
  await writeFile(watched, '');
  const back = await mailLike(world, /^\[RESOLVED\].*spool-flag/, running.said);
  assert.equal(back.parsed.references, gone.parsed.references);
});
