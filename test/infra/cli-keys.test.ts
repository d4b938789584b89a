/**
 * `postrider keys`, and what `postrider submitters` sets.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hashApiKey } from '../../shared/access/api-key.ts';
import { openCollection } from '../../shared/access/collection.ts';
import { lastUseKind } from '../../shared/access/last-use.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { startCli, type CliStage } from './cli-stage.ts';

let cli: CliStage;
before(async () => {
  cli = await startCli();
  await cli.access.submitters.put({ name: 'app', senders: ['a@contoso.com'], networks: [], disabled: false });
  await cli.access.hooks.put({ name: 'ops', submitter: 'app', from: 'a@contoso.com', to: ['b@c.example'] });
});
after(() => cli.stop());

interface NewKey {
  readonly id: string;
  readonly key: string;
  readonly expires_at?: string;
}

const day = 86_400_000;

test('a key has a name, scopes, an end and networks', async () => {
  const args = 'keys create app --name web --scope submit --scope read --expires 90d --network 192.0.2.0/24';
  const made = await cli.json<NewKey>(...args.split(' '));
  const stored = await cli.access.keys.get(made.id);
  assert.equal(stored?.hash, hashApiKey(made.key));
  assert.deepEqual(
    [stored.submitter, stored.name, stored.scopes, stored.networks],
    ['app', 'web', ['submit', 'read'], ['192.0.2.0/24']],
  );
  assert.ok(Math.abs((stored.expiresAt?.getTime() ?? 0) - Date.now() - 90 * day) < 600_000);
  assert.equal((await cli.run(['keys', 'create', 'app', '--scope', 'everything'])).code, 2);
  assert.equal((await cli.run(['keys', 'create', 'app', '--expires', 'soon'])).code, 2);
});

test('a key for a hook tells its URL, and there must be such a hook', async () => {
  const made = await cli.run(['keys', 'create', 'app', '--hook', 'ops']);
  assert.match(made.out, /Its URL ends with \/hooks\/ops\/pr_\w+\./);
  const wrong = await cli.run(['keys', 'create', 'app', '--hook', 'none']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /no hook with this name/);
});

test('a key is listed with its last use, replaced with an overlap, given an end, and revoked', async () => {
  const { id } = await cli.json<NewKey>('keys', 'create', 'app', '--name', 'old');
  const uses = openCollection(cli.storage.table(storageNames.uses), lastUseKind, () => undefined);
  await uses.put({ holder: 'app', keyId: id, at: new Date('2026-11-20T10:00:00Z') });
  const listed = await cli.run(['keys', 'list', '--submitter', 'app']);
  assert.match(
    listed.out,
    new RegExp(`${id} +app +old +active +submit, read, cancel .* never +2026-11-20T10`),
  );
  assert.equal((await cli.run(['keys', 'list', '--submitter', 'nobody'])).out.trim(), 'No keys.');
  const shown = await cli.run(['keys', 'show', id]);
  assert.match(shown.out, /last_used_at: +2026-11-20T10:00:00\.000Z/);
  assert.doesNotMatch(shown.out, /hash/);

  const rotated = await cli.json<NewKey & { replaces: string }>('keys', 'rotate', id, '--overlap', '12h');
  assert.deepEqual([rotated.replaces, rotated.id !== id], [id, true]);
  const left = ((await cli.access.keys.get(id))?.expiresAt?.getTime() ?? 0) - Date.now();
  assert.ok(left > day / 2 - 600_000 && left <= day / 2, String(left));
  assert.equal((await cli.access.keys.get(rotated.id))?.name, 'old');

  await cli.json('keys', 'expire', rotated.id, '--at', '2030-01-01');
  assert.equal((await cli.access.keys.get(rotated.id))?.expiresAt?.toISOString(), '2030-01-01T00:00:00.000Z');
  await cli.json('keys', 'expire', rotated.id, '--at', 'never');
  assert.equal((await cli.access.keys.get(rotated.id))?.expiresAt, undefined);

  assert.equal((await cli.run(['keys', 'revoke', id])).code, 0);
  assert.equal(await cli.access.keys.get(id), undefined);
  for (const args of [
    ['revoke', id],
    ['rotate', id],
    ['show', id],
    ['expire', id, '--at', '1d'],
  ]) {
    const gone = await cli.run(['keys', ...args]);
    assert.equal(gone.code, 1, args.join(' '));
    assert.match(gone.err, /no key with the id/);
  }
});

test('a submitter is added with all that it may, and changed bit by bit', async () => {
  const args =
    'submitters add crm --sender crm@contoso.com --owner it@contoso.com --kind application --network 10.1.0.0/16 ' +
    '--authentication key-and-network --messages-per-day 500 --burst 9 --recipients internal --max-recipients 5 ' +
    '--expires 2030-01-01 --mode redirect --redirect-to qa@contoso.com';
  await cli.json(...args.split(' '));
  const { createdAt, changedAt, ...stored } = (await cli.access.submitters.get('crm')) as Submitter;
  assert.ok(createdAt instanceof Date && changedAt instanceof Date);
  const crm: Submitter = {
    name: 'crm',
    owner: 'it@contoso.com',
    kind: 'application',
    senders: ['crm@contoso.com'],
    networks: ['10.1.0.0/16'],
    authentication: 'key-and-network',
    disabled: false,
    limits: { burst: 9, messagesPerDay: 500 },
    policy: { recipients: 'internal', maxRecipients: 5 },
    mode: 'redirect',
    redirectTo: 'qa@contoso.com',
    expiresAt: new Date('2030-01-01T00:00:00Z'),
  };
  assert.deepEqual(stored, crm);
  const change =
    'submitters set crm --mode live --redirect-to off --burst off --expires never --recipients @contoso.com --patch';
  await cli.json(...change.split(' '), '{"policy": {"max_recipients": null, "reply_to": ["@contoso.com"]}}');
  const changed = await cli.access.submitters.get('crm');
  assert.deepEqual(
    [changed?.mode, changed?.redirectTo, changed?.expiresAt, changed?.limits, changed?.policy],
    [
      'live',
      undefined,
      undefined,
      { messagesPerDay: 500 },
      { recipients: ['@contoso.com'], replyTo: ['@contoso.com'] },
    ],
  );
  assert.deepEqual(changed?.createdAt, createdAt);
  const twice = await cli.run(['submitters', 'add', 'crm', '--sender', 'x@contoso.com']);
  assert.equal(twice.code, 1);
  assert.equal((await cli.run(['submitters', 'remove', 'crm'])).code, 0);
  assert.equal((await cli.run(['submitters', 'show', 'crm'])).code, 1);
});
