/**
 * The command line as a person runs it: a process, its output and its exit code, against Azurite.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiKeyId, hashApiKey } from '../../shared/access/api-key.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { openRecords } from '../../shared/outbox/record.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleRecord } from '../outbox/example.ts';
import { startCli, type CliStage } from './cli-stage.ts';

let cli: CliStage;
before(async () => {
  cli = await startCli();
});
after(() => cli.stop());

const run: CliStage['run'] = (...args) => cli.run(...args);

test('a key is made, shown once, and only its hash is stored', async () => {
  const made = await run([
    'keys',
    'create',
    'backup',
    '--sender',
    'Backup@Contoso.com',
    '--sender',
    '@lab.contoso.com',
    '--json',
  ]);
  assert.equal(made.code, 0, made.err);
  const { key, id } = JSON.parse(made.out) as { key: string; id: string };
  assert.equal(apiKeyId(new Secret(key)), id);
  const rows: string[] = [];
  for await (const row of cli.storage.table(storageNames.access).listEntities()) {
    rows.push(JSON.stringify(row));
  }
  assert.ok(rows.join('').includes(hashApiKey(key)));
  assert.ok(!rows.join('').includes(key.slice(12)));
  const submitters = await run(['submitters', 'list']);
  assert.match(submitters.out, /backup\s+active\s+Backup@contoso\.com, @lab\.contoso\.com\s+-/);
});

test('an operator is made with a role and a key, and a submitter needs a sender', async () => {
  const made = await run(['operators', 'create', 'desk', '--role', 'viewer']);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^pr_\w+\n/);
  assert.match(made.out, /"desk" has the role viewer\./);
  assert.match((await run(['keys', 'list'])).out, /desk/);
  assert.match((await run(['operators', 'list'])).out, /desk\s+viewer\s+active\s+never\s+never/);
  const changed = await run(['operators', 'create', 'desk', '--role', 'admin', '--no-key', '--json']);
  assert.equal((JSON.parse(changed.out) as { role: string }).role, 'admin');
  assert.equal((await run(['operators', 'disable', 'desk'])).code, 0);
  assert.match((await run(['operators', 'show', 'desk'])).out, /disabled: +true/);
  assert.equal((await run(['operators', 'remove', 'desk'])).code, 0);
  assert.doesNotMatch((await run(['keys', 'list'])).out, /desk/);
  assert.equal((await run(['operators', 'create', 'desk', '--role', 'king'])).code, 2);
  assert.equal((await run(['keys', 'create', 'nobody'])).code, 2);
});

test('a submitter is switched off and on', async () => {
  await run(['keys', 'create', 'noisy', '--sender', 'n@contoso.com']);
  assert.equal((await run(['submitters', 'disable', 'noisy'])).code, 0);
  assert.match((await run(['submitters', 'list'])).out, /noisy\s+disabled/);
  assert.equal((await run(['submitters', 'enable', 'noisy'])).code, 0);
  assert.equal((await run(['submitters', 'disable', 'nobody'])).code, 1);
});

test('a submitter is changed bit by bit, and what else is done to it leaves the rest alone', async () => {
  await run(['keys', 'create', 'lab', '--sender', 'd@contoso.com']);
  await run(['keys', 'create', 'lab', '--sender', 'e@contoso.com']);
  await run(['submitters', 'disable', 'lab']);
  assert.match((await run(['submitters', 'list'])).out, /lab\s+disabled\s+d@contoso\.com, e@contoso\.com/);
  await run(['submitters', 'enable', 'lab']);
  assert.match((await run(['submitters', 'list'])).out, /lab\s+active\s+d@contoso\.com, e@contoso\.com/);
  assert.equal((await run(['submitters', 'set', 'lab'])).code, 2);
  assert.equal((await run(['submitters', 'set', 'nobody', '--dedupe-window', '1m'])).code, 1);
});

test('the window in which the same body counts once is set, kept and switched off', async () => {
  const windowOf = async () => {
    const shown = JSON.parse((await run(['submitters', 'show', 'meter', '--json'])).out) as {
      dedupe_window?: number;
    };
    return shown.dedupe_window;
  };
  await run(['keys', 'create', 'meter', '--sender', 'm@contoso.com']);
  assert.equal(await windowOf(), undefined);
  const set = await run(['submitters', 'set', 'meter', '--dedupe-window', '10m']);
  assert.match(set.out, /dedupe_window: +600/);
  await run(['submitters', 'disable', 'meter']);
  assert.equal(await windowOf(), 600);
  for (const wrong of ['0s', '2d', '10', 'soon']) {
    assert.equal((await run(['submitters', 'set', 'meter', '--dedupe-window', wrong])).code, 2, wrong);
  }
  await run(['submitters', 'set', 'meter', '--dedupe-window', 'off']);
  assert.equal(await windowOf(), undefined);
});

test('dead letters are listed, shown, replayed and discarded', async () => {
  const records = openRecords(cli.storage.table(storageNames.messages));
  const at = new Date('2026-11-20T12:00:00Z');
  const reason = 'Access is denied.';
  const put = async (submitter: string) => {
    const events = [{ at: at.toISOString(), event: 'failed', reason, trace: {} }] as const;
    const record = exampleRecord(at, { state: 'failed', submitter, events });
    await records.insert(record, { at: 'row', bytes: Buffer.from('x'), compressed: false, size: 1 });
    return record.id;
  };
  const [one, two, three] = [await put('a'), await put('b'), await put('b')];
  const listed = await run(['dead-letters', 'list']);
  assert.equal(listed.code, 0, listed.err);
  for (const id of [one, two, three]) assert.match(listed.out, new RegExp(`${id}  failed  .*${reason}`));
  assert.match((await run(['dead-letters', 'show', one])).out, /"status": "failed"/);
  assert.match((await run(['dead-letters', 'replay', one, '--json'])).out, /"result": "replayed"/);
  const all = await run(['dead-letters', 'discard', '--all', '--submitter', 'b']);
  assert.match(all.out, new RegExp(`${two} discarded`));
  assert.match(all.out, new RegExp(`${three} discarded`));
  assert.equal((await run(['dead-letters', 'list'])).out.trim(), 'None.');
  const again = await run(['dead-letters', 'replay', one]);
  assert.equal(again.code, 1);
  assert.match(again.out, /does not wait for a decision/);
  assert.equal((await run(['dead-letters', 'replay'])).code, 2);
  assert.equal((await run(['dead-letters', 'list', '--state', 'relayed'])).code, 2);
  assert.equal((await run(['dead-letters', 'list', '--since', 'yesterday'])).code, 2);
  assert.equal((await run(['dead-letters', 'show', 'nonsense'])).code, 1);
});

test('a wrong command line says what is wrong, with exit code 2', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['keys', 'create', 'Not OK'], /lower case letters/],
    [['keys', 'create', 'x'], /at least one --sender/],
    [['keys', 'create', 'x', '--sender', 'nobody'], /address, or @domain/],
    [
      ['keys', 'create', 'x', '--sender', 'a@b.example', '--network', '10.0.0.1/8'],
      /bits set behind the prefix/,
    ],
    [['submitters', 'add', 'x', '--sender', 'a@b.example', '--network', '0.0.0.0/0'], /open relay/],
    [['submitters', 'add', 'x', '--mode', 'redirect'], /needs an address for all mail/],
    [['submitters', 'add', 'x', '--burst', 'many'], /whole number/],
    [['submitters', 'set', 'x', '--patch', '{'], /not valid JSON/],
    [['nonsense'], /unknown command/],
  ];
  for (const [args, expected] of cases) {
    const { code, err } = await run(args);
    assert.match(err, expected);
    assert.equal(code, 2, args.join(' '));
  }
  assert.equal((await run(['--help'])).code, 0);
});

test('missing and unreachable storage are one sentence', async () => {
  const missing = await run(['keys', 'list'], { env: { AzureWebJobsStorage: '' } });
  assert.equal(missing.code, 1);
  assert.match(missing.err, /^postrider: AzureWebJobsStorage is missing.*\n$/);
  const dead = await run(['keys', 'list'], {
    env: {
      AzureWebJobsStorage:
        'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;BlobEndpoint=http://127.0.0.1:9/a',
    },
  });
  assert.equal(dead.code, 1);
  assert.match(dead.err, /^postrider: storage cannot be reached/);
});
