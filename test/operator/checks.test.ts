/** What `postrider config check` finds: each mistake alone, in a register and settings that are otherwise right. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import type { Entries } from '../../shared/access/register.ts';
import type { StoredApiKey } from '../../shared/access/stored-key.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { checkConfiguration } from '../../shared/operator/checks/check.ts';
import { findingLevels } from '../../shared/operator/checks/finding.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { Secret } from '../../shared/platform/secret.ts';

const now = new Date('2026-11-28T12:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

const settings = {
  POSTRIDER_TENANT_ID: 't',
  POSTRIDER_CLIENT_ID: 'c',
  POSTRIDER_CLIENT_SECRET: 's',
  POSTRIDER_INTERNAL_DOMAINS: 'contoso.com',
  POSTRIDER_SECRET_HUB: 'sixteen bytes or more, read as Base64 too',
};
const app: Submitter = { name: 'app', senders: ['app@contoso.com'], networks: [], disabled: false };
const key: StoredApiKey = { id: 'k1', submitter: 'app', hash: '', createdAt: days(-10) };
const hook: Hook = { name: 'ops', submitter: 'app', from: 'Ops <app@contoso.com>', to: ['a@b.example'] };
const right: Entries = {
  submitters: [app],
  operators: [{ name: 'desk', role: 'admin', disabled: false }],
  keys: [key, { ...key, id: 'k2', operator: 'desk', submitter: undefined } as unknown as StoredApiKey],
  hooks: [hook],
  webhooks: [],
  suppressions: [],
  switches: [],
  templates: [],
};

/** Codes with places. */
function codes(
  entries: Partial<Entries>,
  more: Readonly<Record<string, string>> = {},
  rest: {
    templateFaults?: ReadonlyMap<string, string>;
    uses?: { holder: string; keyId: string; at: Date }[];
    credentialEnds?: string;
  } = {},
): string[] {
  return checkConfiguration({
    settings: readConfig({ ...settings, ...more }),
    entries: { ...right, ...entries },
    uses: [],
    now,
    adapters: ['alertmanager'],
    templateFaults: new Map(),
    ...rest,
  }).map(({ code, where }) => `${code} ${where}`);
}

const submitter = (change: Partial<Submitter>) => ({ submitters: [{ ...app, ...change }] });
const hooks = (change: Partial<Hook>) => ({ hooks: [{ ...hook, ...change }] });

test('nothing is found where everything is right', () => {
  assert.deepEqual(codes({}), []);
});

test('each mistake of a submitter', () => {
  const cases: readonly (readonly [string, Partial<Entries>, Record<string, string>?])[] = [
    ['no-way-in submitters/app', { keys: right.keys.slice(1) }],
    ['no-sender submitters/app', { ...submitter({ senders: [] }), hooks: [] }],
    ['sender-not-served submitters/app', submitter({ senders: ['app@contoso.com', '@fabrikam.com'] })],
    ['open-network submitters/app', submitter({ networks: ['0.0.0.0/0'] })],
    ['open-network submitters/app', submitter({ networks: ['::/0'] })],
    ['open-network submitters/app', submitter({ networks: ['8.0.0.0/6'] })],
    ['wide-network submitters/app', submitter({ networks: ['203.0.0.0/10'] })],
    [
      'network-unseen submitters/app',
      submitter({ networks: ['10.0.0.0/8'] }),
      { POSTRIDER_FRONT_END: 'none' },
    ],
    [
      'secret-missing submitters/app',
      submitter({ signingKeys: [{ id: 'A', scheme: 'sigv4', secret: 'GONE' }] }),
    ],
    [
      'secret-weak submitters/app',
      submitter({ signingKeys: [{ id: 'A', scheme: 'sigv4', secret: 'KEY' }] }),
      { POSTRIDER_SECRET_KEY: 'too short' },
    ],
    [
      // What is left of it when it is read as Base64 is short.
      'secret-weak submitters/app',
      submitter({ signingKeys: [{ id: 'A', scheme: 'acs', secret: 'KEY' }] }),
      { POSTRIDER_SECRET_KEY: '!? -- a -- b -- c -- !?' },
    ],
    ['tokens-not-taken submitters/app', submitter({ entra: [{ appId: 'x' }] })],
    ['certificates-not-taken submitters/app', submitter({ certificates: ['ab'] })],
    [
      'internal-unknown submitters/app',
      submitter({ policy: { recipients: 'internal' } }),
      { POSTRIDER_INTERNAL_DOMAINS: '' },
    ],
    ['redirect-without-address submitters/app', submitter({ mode: 'redirect' })],
    ['mode-left-on submitters/app', submitter({ mode: 'test' })],
    [
      'limit-never-reached submitters/app',
      submitter({ limits: { messagesPerMinute: 9, messagesPerDay: 8 } }),
    ],
    ['limit-never-reached submitters/app', submitter({ limits: { burst: 8 } })],
    ['burst-below-rate submitters/app', submitter({ limits: { burst: 1, requestsPerSecond: 5 } })],
    ['message-above-body submitters/app', submitter({ policy: { maxBytes: 900_000_000 } })],
    ['expires-soon submitters/app', submitter({ expiresAt: days(29) })],
  ];
  for (const [expected, entries, more] of cases) {
    assert.deepEqual(codes(entries, more), [expected], expected);
  }
  const spent = { keys: [{ ...key, expiresAt: days(-1) }, ...right.keys.slice(1)] };
  assert.deepEqual(codes(spent), ['only-expired-keys submitters/app', 'expired keys/k1']);
  assert.deepEqual(codes(submitter({ expiresAt: days(31), networks: ['10.0.0.0/8', '192.0.2.0/24'] })), []);
  assert.deepEqual(codes(submitter({ networks: ['0.0.0.0/0'], authentication: 'key-and-network' })), []);
  // Who is switched off has no mistakes of its own.
  assert.deepEqual(
    codes({ ...submitter({ disabled: true, mode: 'test', networks: ['0.0.0.0/0'] }), hooks: [] }),
    [],
  );
});

const two = (mine: string, theirs: string) =>
  codes({
    submitters: [
      { ...app, networks: [mine] },
      { ...app, name: 'b', networks: [theirs] },
    ],
  });

test('networks of two submitters', () => {
  assert.deepEqual(two('10.0.0.0/8', '10.1.0.0/16'), ['overlapping-networks submitters/b']);
  assert.deepEqual(two('10.1.0.0/16', '10.0.0.0/8'), ['overlapping-networks submitters/app']);
  assert.deepEqual(two('10.1.0.0/16', '10.1.0.0/16'), ['same-network submitters/b']);
  assert.deepEqual(two('10.1.0.0/16', '10.2.0.0/16'), []);
  assert.deepEqual(two('::ffff:10.1.0.0/112', 'fc00::/7'), []);
});

test('one credential of two submitters', () => {
  const tenant = 'aaaaaaaa-2222-3333-4444-555555555555';
  const both = (mine: Partial<Submitter>, theirs: Partial<Submitter> = mine) =>
    codes(
      {
        submitters: [
          { ...app, ...mine },
          { ...app, name: 'b', ...theirs },
        ],
      },
      {
        POSTRIDER_TENANT_ID: tenant,
        POSTRIDER_ENTRA_AUDIENCE: 'api://x',
        POSTRIDER_CLIENT_CERTIFICATES: 'app-service',
        POSTRIDER_SECRET_OTHER: 'sixteen other bytes',
      },
    );
  const same = ['same-credential submitters/b'];
  assert.deepEqual(both({ certificates: ['ab', 'cd'] }, { certificates: ['ef', 'ab'] }), same);
  assert.deepEqual(both({ certificates: ['ab'] }, { certificates: ['cd'] }), []);
  assert.deepEqual(
    both({ entra: [{ appId: 'x' }] }, { entra: [{ appId: 'X', tenantId: tenant.toUpperCase() }] }),
    same,
  );
  assert.deepEqual(both({ entra: [{ appId: 'x' }] }, { entra: [{ appId: 'x', tenantId: 'other' }] }), []);
  assert.deepEqual(both({ entra: [{ appId: 'x', role: 'A' }] }, { entra: [{ appId: 'x', role: 'B' }] }), []);
  const sigv4 = { id: 'AKID', scheme: 'sigv4', secret: 'HUB' } as const;
  assert.deepEqual(both({ signingKeys: [sigv4] }, { signingKeys: [{ ...sigv4, secret: 'OTHER' }] }), same);
  assert.deepEqual(both({ signingKeys: [sigv4] }, { signingKeys: [{ ...sigv4, id: 'AKID2' }] }), []);
  const acs = { id: 'a', scheme: 'acs', secret: 'HUB' } as const;
  assert.deepEqual(both({ signingKeys: [acs] }, { signingKeys: [{ ...acs, id: 'b' }] }), same);
  // Of those that are off nothing counts.
  assert.deepEqual(both({ certificates: ['ab'] }, { certificates: ['ab'], disabled: true }), []);
});

test('each mistake of a hook or a template', () => {
  const cases: readonly (readonly [string, Partial<Entries>])[] = [
    ['hook-without-submitter hooks/ops', hooks({ submitter: 'gone' })],
    ['hook-submitter-off hooks/ops', submitter({ disabled: true })],
    ['hook-sender-refused hooks/ops', hooks({ from: 'boss@contoso.com' })],
    ['hook-adapter-unknown hooks/ops', hooks({ adapter: 'fax' })],
    ['hook-zone-unknown hooks/ops', hooks({ zone: 'Mars/Olympus' })],
    ['hook-template-missing hooks/ops', hooks({ template: 'gone' })],
    ['secret-missing hooks/ops', hooks({ signature: { scheme: 'github', secret: 'GONE' } })],
    [
      'hook-template-missing hooks/ops',
      { ...hooks({ template: 't' }), templates: [{ name: 't', submitter: 'other', text: 'x' }] },
    ],
  ];
  for (const [expected, entries] of cases) assert.deepEqual(codes(entries), [expected]);
  const weak = hooks({ signature: { scheme: 'standard-webhooks', secret: 'WEAK' } });
  assert.deepEqual(codes(weak, { POSTRIDER_SECRET_WEAK: 'whsec_c2hvcnQ=' }), ['secret-weak hooks/ops']);
  const good = hooks({ adapter: 'alertmanager', signature: { scheme: 'github', secret: 'HUB' } });
  assert.deepEqual(codes(good), []);
  // A signature is a way in.
  assert.deepEqual(codes({ ...good, keys: right.keys.slice(1) }), []);
  const templateFaults = new Map([['t', 'it is broken']]);
  assert.deepEqual(codes({ templates: [{ name: 't', text: 'x' }] }, {}, { templateFaults }), [
    'template-broken templates/t',
  ]);
});

test('keys, operators, switches and what is left over', () => {
  const desk = right.operators[0];
  assert.ok(desk);
  const old = { ...key, createdAt: days(-100) };
  const keys = (...changed: StoredApiKey[]) => ({ keys: [...changed, ...right.keys.slice(1)] });
  const cases: readonly (readonly [readonly string[], Partial<Entries>, Record<string, string>?])[] = [
    [['key-unused keys/k1'], keys(old)],
    [['expires-soon keys/k1'], keys({ ...key, expiresAt: days(3) })],
    [['key-without-holder keys/k3'], keys(key, { ...key, id: 'k3', submitter: 'gone' })],
    [['key-without-hook keys/k3'], keys(key, { ...key, id: 'k3', hook: 'gone' })],
    [['no-admin operators'], { operators: [{ ...desk, role: 'viewer' }] }],
    [['operator-without-key operators/x'], { operators: [desk, { ...desk, name: 'x' }] }],
    [
      ['expired operators/x', 'operator-without-key operators/x'],
      { operators: [desk, { ...desk, name: 'x', expiresAt: days(-1) }] },
    ],
    [['switch-thrown switches/all'], { switches: [{ scope: 'all', reason: 'r', by: 'ann', thrownAt: now }] }],
    [
      ['suppression-expired suppressions/a@b.example'],
      { suppressions: [{ address: 'a@b.example', reason: 'r', createdAt: now, expiresAt: now }] },
    ],
    [['no-submitter submitters'], { submitters: [], hooks: [], keys: right.keys.slice(1) }],
    [['route-unused POSTRIDER_ROUTES'], {}, { POSTRIDER_ROUTES: '{"x@contoso.com": ["smtp"]}' }],
    [
      ['route-not-served POSTRIDER_ROUTES'],
      {},
      { POSTRIDER_ROUTES: '{"app@contoso.com": ["graph:x@other.example"]}' },
    ],
    [['front-end-open POSTRIDER_FRONT_END_NETWORKS'], {}, { POSTRIDER_TRUSTED_PROXIES: '1' }],
    [
      ['webhooks-to-private POSTRIDER_WEBHOOK_ALLOW_PRIVATE'],
      {},
      { POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'true' },
    ],
  ];
  for (const [expected, entries, more] of cases) assert.deepEqual(codes(entries, more), expected);
  const uses = [{ holder: 'app', keyId: 'k1', at: days(-2) }];
  assert.deepEqual(codes(keys(old), {}, { uses }), []);
  const webhook = {
    id: 'wh_1',
    submitter: 'app',
    url: 'u',
    events: [],
    secret: new Secret('s'),
    createdAt: now,
  };
  assert.deepEqual(codes({ webhooks: [{ ...webhook, disabled: { at: now, reason: '410' } }] }), [
    'webhook-off webhooks/wh_1',
  ]);
  assert.deepEqual(codes({ webhooks: [{ ...webhook, submitter: 'gone' }] }), [
    'webhook-without-submitter webhooks/wh_1',
  ]);
});

test('the end of the credential is one finding, in the words of who knows it', () => {
  const credentialEnds = 'The client secret expires on 2026-12-01: make a new one.';
  assert.deepEqual(codes({}, {}, { credentialEnds }), ['credential-expires credential']);
});

test('settings that cannot be read are one finding, and the register is still looked at', () => {
  const found = checkConfiguration({
    settings: 'POSTRIDER_TENANT_ID is missing',
    entries: { ...right, submitters: [{ ...app, mode: 'test' }] },
    uses: [],
    now,
    adapters: [],
    templateFaults: new Map(),
  });
  assert.deepEqual(
    found.map(({ code, level }) => [code, level]),
    [
      ['settings-invalid', 'error'],
      ['mode-left-on', 'warning'],
    ],
  );
});

test('every code is explained in docs/cli.md, with its level', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/cli.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (error|warning|info) +\|/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, code = '', level]) => [code, level])), findingLevels);
});
