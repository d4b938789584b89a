/**
 * `postrider hooks`, `templates`, `suppressions`, `switches`, `audit` and `config check`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { storageNames } from '../../shared/platform/storage.ts';
import { openAlertLedger } from '../../shared/sense/ledger.ts';
import { passOrHold } from '../../shared/sense/storm-control.ts';
import { tallyOf } from '../../shared/sense/tally.ts';
import { startCli, type CliStage } from './cli-stage.ts';

let cli: CliStage;
let folder: string;
before(async () => {
  cli = await startCli();
  folder = await mkdtemp(path.join(tmpdir(), 'hooks-'));
  await cli.access.submitters.put({
    name: 'mon',
    senders: ['alerts@contoso.com'],
    networks: [],
    disabled: false,
  });
});
after(async () => {
  await cli.stop();
  await rm(folder, { recursive: true });
});

const body = JSON.stringify({ title: 'Disk <full>', severity: 'critical', host: 'db-01' });

test('a hook is made, changed, tried, and tells what its mail would be', async () => {
  const args =
    'hooks set ops --submitter mon --from alerts@contoso.com --to ops@contoso.com --remind-every 4h';
  await cli.json(...args.split(' '));
  const routes = '{"severity_routes": [{"at_least": "critical", "to": ["oncall@contoso.com"]}]}';
  await cli.json('hooks', 'set', 'ops', '--zone', 'Europe/Berlin', '--patch', routes);
  assert.equal((await cli.access.hooks.get('ops'))?.remindEvery, 14_400);
  const html = path.join(folder, 'mail.html');
  const tried = await cli.run(['hooks', 'test', 'ops', '--html', html], { input: body });
  assert.equal(tried.code, 0, tried.err);
  assert.match(tried.out, /^From: alerts@contoso\.com\nTo: oncall@contoso\.com\nSubject: .*Disk <full>/);
  assert.match(tried.out, /^Read by: generic\nOutcome: sent\. It would be sent at once\.$/m);
  assert.match(await readFile(html, 'utf8'), /Disk &lt;full&gt;/);

  const captured = path.join(folder, 'captured.http');
  await writeFile(
    captured,
    `POST /hooks/ops?priority=low HTTP/1.1\r\nContent-Type: text/plain\r\nTitle: Tea\r\n\r\nIs ready`,
  );
  const raw = await cli.run(['hooks', 'test', 'ops', '-f', captured, '--json']);
  const { message } = JSON.parse(raw.out) as { message: { subject: string; text: string } };
  assert.match(`${message.subject} ${message.text}`, /Is ready/);

  assert.equal((await cli.run(['hooks', 'test', 'none'])).code, 1);
  const stranger = await cli.run(['hooks', 'set', 'ops', '--from', 'boss@contoso.com']);
  assert.equal(stranger.code, 2);
  assert.match(stranger.err, /may not send as this sender/);
});

test('the trial of a hook says what policy and storm control would', async () => {
  await cli.json(
    'hooks',
    'set',
    'tried',
    '--submitter',
    'mon',
    '--from',
    'alerts@contoso.com',
    '--to',
    'left@contoso.com',
    '--patch',
    '{"storm": {"after": 1, "within": 3600}}',
  );
  const hook = (await cli.access.hooks.get('tried')) ?? assert.fail();
  const ledger = openAlertLedger(cli.storage.table(storageNames.alerts));
  const tally = tallyOf({ kind: 'alerts', alerts: [] }, [], Date.now());
  await passOrHold(ledger, hook, { print: 'p', severity: 'critical', tally }, new Date());
  const held = await cli.run(['hooks', 'test', 'tried', '--json'], { input: body });
  const view = JSON.parse(held.out) as Record<string, unknown> & { storm: { sent: number } };
  assert.deepEqual([held.code, view['outcome'], view.storm.sent, view['adapter']], [0, 'held', 1, 'generic']);
  await cli.json('suppressions', 'add', 'left@contoso.com', '--reason', 'left');
  const refused = await cli.run(['hooks', 'test', 'tried'], { input: body });
  assert.equal(refused.code, 1);
  assert.match(refused.out, /^To: left@contoso\.com$/m);
  assert.match(refused.err, /^error: it would be refused: .*must not be written to/);
  await cli.run(['suppressions', 'remove', 'left@contoso.com']);
});

test('who removes or disables a hook is told what it holds', async () => {
  const args = 'hooks set stormy --submitter mon --from alerts@contoso.com --to ops@contoso.com';
  await cli.json(...args.split(' '));
  assert.doesNotMatch((await cli.run(['hooks', 'disable', 'stormy'])).out, /holds/);
  const hook = (await cli.access.hooks.get('stormy')) ?? assert.fail();
  const ledger = openAlertLedger(cli.storage.table(storageNames.alerts));
  const now = new Date();
  for (let i = 0; i < 3; i++) {
    const alert = {
      source: 'generic',
      title: `A${i}`,
      severity: 'error',
      state: 'firing',
      facts: [],
      links: [],
    } as const;
    const tally = tallyOf({ kind: 'alerts', alerts: [alert, alert] }, ['error'], now.getTime());
    const arrival = { print: `p${i}`, severity: 'error', tally } as const;
    await passOrHold(ledger, { ...hook, storm: { after: 1, within: 60 } }, arrival, now);
  }
  const disabled = await cli.run(['hooks', 'disable', 'stormy']);
  assert.match(disabled.out, /^stormy is disabled\. It holds 4 alerts in a storm/);
  assert.deepEqual(await cli.json('hooks', 'remove', 'stormy'), {
    name: 'stormy',
    removed: true,
    held: { calls: 2, alerts: 4 },
  });
});

test('a template is written, refused when it is broken, and previewed', async () => {
  const text = path.join(folder, 'text.liquid');
  await writeFile(text, 'Dear {{ name }}');
  await cli.json('templates', 'put', 'hello', '--subject', 'Hi {{ name }}', '--text', text);
  const shown = await cli.run(['templates', 'preview', 'hello', '--variables', '{"name": "Ada"}']);
  assert.equal(shown.out.trim(), 'Subject: Hi Ada\n\nDear Ada');
  const broken = await cli.run(['templates', 'put', 'bad', '--subject', '{% if %}{{ x | nofilter }}']);
  assert.notEqual(broken.code, 0);
  assert.match(broken.err, /The subject of the template could not be rendered/);
  assert.equal((await cli.run(['templates', 'remove', 'hello'])).code, 0);
  assert.equal((await cli.run(['templates', 'list'])).out.trim(), 'No templates.');
});

test('recipients are suppressed one by one and by file', async () => {
  await cli.json('suppressions', 'add', 'Ann@Example.com', '--reason', 'asked for it', '--expires', '30d');
  const list = 'email,reason\nbob@example.com,"hard bounce"\n\nnobody\ncarl@example.com\n';
  const imported = await cli.run(['suppressions', 'import', '-', '--reason', 'bulk'], { input: list });
  assert.equal(imported.code, 1);
  assert.match(imported.out, /^line 4: .*\n2 imported, 1 not\.$/m);
  const all = await cli.access.suppressions.list();
  assert.deepEqual(all.map(({ address, reason }) => `${address} ${reason}`).sort(), [
    'ann@example.com asked for it',
    'bob@example.com hard bounce',
    'carl@example.com bulk',
  ]);
  assert.equal((await cli.run(['suppressions', 'remove', 'BOB@example.com'])).code, 0);
  assert.equal((await cli.run(['suppressions', 'remove', 'bob@example.com'])).code, 1);
});

test('switches are thrown and reset, and the audit trail says by whom', async () => {
  const thrown = await cli.run(['switches', 'throw', '--all', '--reason', 'storm', '--as', 'ann']);
  assert.equal(thrown.code, 0, thrown.err);
  assert.match((await cli.run(['switches', 'list'])).out, /all +\S+ +ann +storm/);
  assert.equal((await cli.run(['switches', 'throw', '--reason', 'x'])).code, 2);
  assert.equal((await cli.run(['switches', 'reset', '--all', '--as', 'bob'])).code, 0);
  const trail = await cli.run(['audit', 'list', '--since', '1h', '--who', 'ann', '--kind', 'change']);
  assert.match(trail.out, /1 +command-line ann +- +storage +created switches\/all/);
  const events = await cli.json<{ entry: string }[]>('audit', 'list', '--limit', '1');
  assert.deepEqual(
    events.map(({ entry }) => entry),
    ['switches/all'],
  );
  assert.equal((await cli.run(['audit', 'list', '--since', 'lately'])).code, 2);
});

test('settings and register are checked as a whole', async () => {
  const settings = path.join(folder, 'settings.json');
  const values = {
    POSTRIDER_TENANT_ID: 't',
    POSTRIDER_CLIENT_ID: 'c',
    POSTRIDER_CLIENT_SECRET: 's',
    POSTRIDER_INTERNAL_DOMAINS: 'contoso.com',
  };
  await writeFile(settings, JSON.stringify(Object.entries(values).map(([name, value]) => ({ name, value }))));
  const check = ['config', 'check', '--settings', settings];
  const faulty = await cli.run(check);
  assert.equal(faulty.code, 1);
  assert.match(
    faulty.out,
    /^error {2}submitters\/mon: It has no key.*\[no-way-in\]\n {4}postrider keys create mon/m,
  );
  await cli.json('keys', 'create', 'mon');
  assert.equal((await cli.run(check)).code, 0);
  await cli.json('submitters', 'set', 'mon', '--mode', 'test');
  const strict = await cli.run([...check, '--strict', '--json']);
  assert.equal(strict.code, 1);
  const { findings } = JSON.parse(strict.out) as { findings: { code: string; level: string }[] };
  assert.deepEqual(
    findings.map(({ code, level }) => [code, level]),
    [['mode-left-on', 'warning']],
  );
  const soon = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  await writeFile(settings, JSON.stringify({ Values: { ...values, POSTRIDER_CLIENT_SECRET_EXPIRES: soon } }));
  const ending = await cli.run(check);
  assert.equal(ending.code, 0);
  assert.ok(ending.out.includes(`warning  credential: The client secret expires on ${soon}`), ending.out);
  const bare = await cli.run(['config', 'check']);
  assert.match(bare.out, /POSTRIDER_TENANT_ID is missing.*\[settings-invalid\]/);
  assert.equal((await cli.run(['config', 'check', '--register-only'])).code, 0);
});
