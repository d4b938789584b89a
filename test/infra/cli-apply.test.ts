/**
 * `postrider apply` and the export that it takes back.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { storageNames } from '../../shared/platform/storage.ts';
import { startCli, type CliStage } from './cli-stage.ts';

let cli: CliStage;
let folder: string;
before(async () => {
  cli = await startCli();
  folder = await mkdtemp(path.join(tmpdir(), 'apply-'));
});
after(async () => {
  await cli.stop();
  await rm(folder, { recursive: true });
});

interface Applied {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly differences: readonly { kind: string; id: string; change: string; fields?: object[] }[];
}

const base = {
  submitters: [
    { name: 'app', owner: 'it@contoso.com', senders: ['app@contoso.com'], limits: { burst: 5 } },
    { name: 'lab', senders: ['@lab.contoso.com'], networks: ['10.0.0.0/8'] },
  ],
  operators: [{ name: 'desk', role: 'viewer' }],
  templates: [{ name: 'short', subject: '{{ title }}' }],
  hooks: [
    { name: 'ops', submitter: 'app', from: 'Ops <app@contoso.com>', to: ['a@b.example'], template: 'short' },
  ],
  suppressions: [{ address: 'Gone@Example.com', reason: 'bounced' }],
};

const write = async (document: unknown, name = 'submitters.json') => {
  const file = path.join(folder, name);
  await writeFile(file, typeof document === 'string' ? document : JSON.stringify(document, null, 2));
  return file;
};
const counts = ({ added, changed, removed, unchanged }: Applied) => [added, changed, removed, unchanged];

test('a file is shown, applied, and changes nothing the second time', async () => {
  const file = await write(base);
  const dry = await cli.run(['apply', '-f', file, '--dry-run']);
  assert.equal(dry.code, 0, dry.err);
  assert.match(dry.out, /^\+ submitters\/app\n {4}limits\.burst: 5\n/);
  assert.match(dry.out, /6 added, 0 changed, 0 removed, 0 unchanged\. Nothing was written/);
  assert.deepEqual(await cli.access.submitters.list(), []);
  assert.deepEqual(counts(await cli.json<Applied>('submitters', 'apply', '-f', file)), [6, 0, 0, 0]);
  const [app] = await cli.access.submitters.list();
  assert.deepEqual(app?.limits, { burst: 5 });
  assert.ok(app?.createdAt instanceof Date);
  assert.equal((await cli.access.suppressions.list())[0]?.address, 'gone@example.com');
  assert.deepEqual(counts(await cli.json<Applied>('apply', '-f', file)), [0, 0, 0, 6]);
});

test('what changed is told field by field, and what was disabled by hand stays so', async () => {
  assert.equal((await cli.run(['submitters', 'disable', 'app'])).code, 0);
  const [app, lab] = base.submitters;
  const file = await write({ submitters: [{ ...app, limits: { burst: 9 } }, lab] });
  const told = await cli.run(['apply', '-f', file, '--dry-run']);
  assert.match(told.out, /~ submitters\/app\n {4}limits\.burst: 5 → 9\n0 added, 1 changed/);
  assert.deepEqual(counts(await cli.json<Applied>('apply', '-f', file)), [0, 1, 0, 1]);
  const stored = await cli.access.submitters.get('app');
  assert.deepEqual([stored?.disabled, stored?.limits], [true, { burst: 9 }]);
  const enabled = await write({ submitters: [{ ...app, disabled: false }] });
  await cli.json('apply', '-f', enabled);
  assert.equal((await cli.access.submitters.get('app'))?.disabled, false);
});

test('only --prune removes, and only of the kinds that the file has', async () => {
  await cli.json('keys', 'create', 'lab');
  const file = await write({ submitters: [base.submitters[0]] });
  const kept = await cli.run(['apply', '-f', file]);
  assert.match(kept.out, /1 in the register and not in the file; --prune would remove them/);
  assert.ok(await cli.access.submitters.get('lab'));
  const pruned = await cli.run(['apply', '-f', file, '--prune']);
  assert.equal(pruned.code, 0, pruned.err);
  assert.match(pruned.out, /- submitters\/lab, with its keys, hooks and webhooks/);
  assert.equal(await cli.access.submitters.get('lab'), undefined);
  assert.deepEqual(
    (await cli.access.keys.list()).filter(({ submitter }) => submitter === 'lab'),
    [],
  );
  assert.equal((await cli.access.operators.list()).length, 1);
});

test('every fault has its line and column, and nothing is written', async () => {
  const file = await write(
    `{
  "submitters": [
    { "name": "App", "senders": ["a@contoso.com", "nobody"] },
    { "name": "b", "senders": ["b@contoso.com"], "colour": "red",
      "api_key": "x" },
    { "name": "c", "senders": [], "description": "pr_0123abcd_${'z'.repeat(39)}" }
  ],
  "hooks": [ { "name": "h", "submitter": "b", "from": "b@contoso.com" } ],
  "keys": []
}`,
    'faulty.json',
  );
  const { code, out, err } = await cli.run(['apply', '-f', file, '--json']);
  assert.equal(code, 2);
  const { faults } = JSON.parse(out) as { faults: { line: number; column: number; pointer: string }[] };
  assert.deepEqual(
    faults.map(({ line, column, pointer }) => `${line}:${column} ${pointer}`),
    [
      '3:15 #/submitters/0/name',
      '3:51 #/submitters/0/senders/1',
      '4:50 #/submitters/1/colour',
      '5:7 #/submitters/1/api_key',
      '6:50 #/submitters/2/description',
      '8:14 #/hooks/0/to',
      '9:3 #/keys',
    ],
  );
  assert.match(err, /faulty\.json:4:50: submitters\/1\/colour: "colour" is not known here; only name, /);
  assert.match(err, /5:7: .*no place here: keys are made by "postrider keys create"/);
  assert.match(err, /6:50: .*This looks like an API key\. Take it out and have it replaced/);
  assert.match(err, /7 faults\. Nothing was written\./);
  assert.ok(!`${out}${err}`.includes('zzzz'));
  assert.equal(await cli.access.submitters.get('b'), undefined);
});

test('what entries say of each other is looked at before anything is written', async () => {
  await cli.access.submitters.put({
    name: 'app',
    owner: 'it@contoso.com',
    senders: ['app@contoso.com'],
    networks: [],
    disabled: false,
  });
  await cli.access.templates.put({ name: 'short', subject: '{{ title }}', text: 'x' });
  const hook = { name: 'x', submitter: 'app', from: 'app@contoso.com', to: ['a@b.example'] };
  const file = await write({
    submitters: [{ name: 'fresh', senders: ['f@contoso.com'] }],
    templates: [
      { name: 'broken', text: '{{ x | nofilter }}' },
      { name: 'sound', text: "{% render 'short' %}{{ y.z }}" },
    ],
    hooks: [
      { ...hook, submitter: 'nobody' },
      { ...hook, name: 'y', from: 'boss@contoso.com' },
      { ...hook, name: 'z', template: 'none', adapter: 'fax' },
      { ...hook, name: 'good', submitter: 'fresh', from: 'f@contoso.com', adapter: 'alertmanager' },
    ],
  });
  const { code, err } = await cli.run(['apply', '-f', file]);
  assert.equal(code, 2);
  assert.match(err, /hooks\/0\/submitter: There is no submitter with this name/);
  assert.match(err, /hooks\/1\/from: "app" may not send as this sender/);
  assert.match(err, /hooks\/2\/template: There is no template/);
  assert.match(err, /hooks\/2\/adapter: There is no adapter with this name/);
  assert.match(
    err,
    /templates\/0: The text of the template could not be rendered: undefined filter: nofilter/,
  );
  assert.doesNotMatch(err, /hooks\/3|templates\/1/);
  assert.equal(await cli.access.submitters.get('fresh'), undefined);
});

test('a file that is no JSON, has a key twice, or is not there', async () => {
  const cases = [
    ['{\n  "submitters": [,]\n}', /:2:18: A value is missing/],
    ['{"hooks": [],\n "hooks": []}', /:2:2: The same key stands twice/],
    ['[]', /:1:1: Write a JSON object/],
    ['{"submitters": {}}', /:1:16: submitters: This must be a list/],
  ] as const;
  for (const [text, expected] of cases) {
    const { code, err } = await cli.run(['apply', '-f', await write(text)]);
    assert.equal(code, 2, text);
    assert.match(err, expected);
  }
  assert.match((await cli.run(['apply', '-f', '/nowhere.json'])).err, /There is no file/);
  const piped = await cli.run(['apply', '-f', '-', '--dry-run'], { input: '{"submitters": []}' });
  assert.equal(piped.code, 0, piped.err);
});

test('the export shows keys without secrets, and can be applied again', async () => {
  const { key, id } = await cli.json<{ key: string; id: string }>(
    'keys',
    'create',
    'app',
    '--name',
    'server room',
    '--expires',
    '2099-01-01',
  );
  const file = path.join(folder, 'export.json');
  assert.equal((await cli.run(['submitters', 'export', '-o', file])).code, 0);
  const text = await readFile(file, 'utf8');
  assert.ok(text.includes(id) && text.includes('server room') && text.includes('2099-01-01T00:00:00.000Z'));
  assert.ok(!text.includes(key.slice(12)));
  const stored = await cli.access.keys.get(id);
  assert.ok(!text.includes(stored?.hash ?? ''));
  const again = await cli.json<Applied>('apply', '-f', file, '--prune');
  assert.deepEqual(again.differences, []);
  const csv = await cli.run(['submitters', 'export', '--csv']);
  assert.match(csv.out, /^name,state,kind,owner,.*\r\napp,live,,it@contoso\.com,.*server room/);
});

test('who applied what stands in the audit trail', async () => {
  const file = await write({ submitters: [{ name: 'traced', senders: ['t@contoso.com'] }] });
  assert.equal((await cli.run(['--as', 'ann', 'apply', '-f', file])).code, 0);
  const rows = await Array.fromAsync(cli.storage.table(storageNames.audit).listEntities());
  const row = rows.find(({ entry }) => entry === 'submitters/traced');
  assert.deepEqual(
    [row?.['action'], row?.['actor'], row?.['who'], row?.['rule']],
    ['created', 'command-line', 'ann', 'storage'],
  );
});
