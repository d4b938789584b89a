import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as z from 'zod';
import {
  checkEntry,
  hookSchema,
  keyWishSchema,
  operatorSchema,
  submitterSchema,
  suppressionSchema,
  switchSchema,
  templateSchema,
} from '../../shared/access/entry-schema.ts';
import { toWire } from '../../shared/access/entry-wire.ts';
import type { Hook } from '../../shared/access/hook.ts';
import type { Operator } from '../../shared/access/operator.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import type { Template } from '../../shared/access/template.ts';

const at = new Date('2026-11-21T08:00:00Z');

/** With every field that there is: a field that the schemas do not know fails here. */
const submitter: Required<Omit<Submitter, 'createdAt' | 'changedAt'>> = {
  name: 'app',
  description: 'What it is',
  owner: 'it@contoso.com',
  kind: 'application',
  senders: ['alerts@contoso.com', '@contoso.com'],
  networks: ['10.0.0.0/8'],
  authentication: 'key-and-network',
  disabled: false,
  expiresAt: at,
  entra: [
    {
      appId: '11111111-2222-3333-4444-555555555555',
      tenantId: '11111111-2222-3333-4444-555555555556',
      role: 'Mail.Submit',
    },
  ],
  signingKeys: [{ id: 'AKIA1', scheme: 'sigv4', secret: 'PRINTER' }],
  certificates: ['ab'.repeat(32)],
  policy: {
    displayNames: ['Alerts'],
    replyTo: ['@contoso.com'],
    recipients: ['@*.contoso.com', 'ann@example.com'],
    deniedRecipients: ['ceo@contoso.com'],
    maxRecipients: 5,
    maxBytes: 1000,
    attachments: { max: 1, allow: ['.pdf', 'image/*'], deny: ['image/svg+xml'] },
    requiredHeaders: { 'X-Max_Size': 'a', x_under_score: '' },
    forbiddenHeaders: ['X-Evil'],
  },
  limits: {
    requestsPerSecond: 1,
    burst: 2,
    messagesPerMinute: 3,
    messagesPerHour: 4,
    messagesPerDay: 5,
    recipientsPerDay: 6,
    bytesPerDay: 7,
  },
  mode: 'redirect',
  redirectTo: 'lab@contoso.com',
  quietUntil: at,
  dedupeWindow: 60,
};
const operator: Required<Omit<Operator, 'createdAt' | 'changedAt'>> = {
  name: 'desk',
  role: 'operator',
  description: 'The desk',
  networks: ['192.0.2.0/24'],
  disabled: true,
  expiresAt: at,
};
const hook: Required<Omit<Hook, 'createdAt' | 'changedAt'>> = {
  name: 'grafana',
  submitter: 'app',
  description: 'Grafana',
  from: 'Alerts <alerts@contoso.com>',
  to: ['ops@contoso.com'],
  cc: ['a@contoso.com'],
  bcc: ['b@contoso.com'],
  replyTo: ['c@contoso.com'],
  adapter: 'grafana',
  signature: { scheme: 'grafana', secret: 'GRAFANA' },
  allowGet: true,
  confirmSubscriptions: true,
  zone: 'Europe/Berlin',
  severityRoutes: [{ atLeast: 'critical', to: ['boss@contoso.com'] }],
  template: 'alert',
  storm: { after: 5, within: 60 },
  remindEvery: 3600,
  quietHours: { from: '22:00', to: '07:00', bypass: 'critical' },
  expectEvery: 3600,
  disabled: false,
};
const template: Required<Omit<Template, 'createdAt' | 'changedAt'>> = {
  name: 'alert',
  submitter: 'app',
  description: 'Alerts',
  subject: '{{ title }}',
  text: 'a\nb',
  html: '<p>{{ title }}</p>',
};

/** As it comes over the wire. */
const wire = (entry: object): unknown => JSON.parse(JSON.stringify(toWire(entry)));

/** What is wrong, by pointer. */
function faults(schema: z.ZodType, document: unknown): Record<string, string> {
  const result = checkEntry(schema, document);
  if (result.ok) return {};
  assert.equal(result.problem.code, 'invalid-entry');
  return Object.fromEntries((result.problem.errors ?? []).map(({ pointer, detail }) => [pointer, detail]));
}

test('what is shown can be given back, field by field', () => {
  const stamped = { createdAt: at, changedAt: at };
  for (const [schema, entry] of [
    [submitterSchema, submitter],
    [operatorSchema, operator],
    [hookSchema, hook],
    [templateSchema, template],
  ] as const) {
    const result = checkEntry<object>(schema, wire({ ...entry, ...stamped }));
    assert.deepEqual(result, { ok: true, value: entry });
  }
  assert.deepEqual(Object.keys(toWire(submitter).policy as object), [
    'display_names',
    'reply_to',
    'recipients',
    'denied_recipients',
    'max_recipients',
    'max_bytes',
    'attachments',
    'required_headers',
    'forbidden_headers',
  ]);
  assert.equal('hash' in toWire({ id: 'a', hash: 'b' }), false);
});

test('the least that an entry needs', () => {
  const least = { name: 'app', senders: ['a@Contoso.com'] };
  assert.deepEqual(checkEntry<object>(submitterSchema, least), {
    ok: true,
    value: { name: 'app', senders: ['a@contoso.com'], networks: [], disabled: false },
  });
  assert.deepEqual(checkEntry<object>(keyWishSchema, {}), { ok: true, value: {} });
  assert.deepEqual(checkEntry<object>(suppressionSchema, { address: 'Ann@Example.com', reason: 'bounced' }), {
    ok: true,
    value: { address: 'ann@example.com', reason: 'bounced' },
  });
  assert.deepEqual(checkEntry<object>(switchSchema, { scope: 'Ann@Example.com', reason: 'r', by: 'x' }), {
    ok: true,
    value: { scope: 'ann@example.com', reason: 'r' },
  });
});

const given = (networks: string[], more = {}) =>
  faults(submitterSchema, { name: 'app', senders: [], networks, ...more });

test('a network that would make an open relay is refused, unless a key is needed as well', () => {
  for (const wide of ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/7', '::/0', '2000::/3', 'fc00::/6']) {
    assert.match(given([wide])['#/networks/0'] ?? '', /open relay/, wide);
    assert.deepEqual(given([wide], { authentication: 'key-and-network' }), {}, wide);
  }
  assert.deepEqual(given(['10.0.0.0/8', 'fc00::/7', '2001:db8::/32', '192.0.2.1']), {});
  assert.match(given([], { authentication: 'key-and-network' })['#/networks'] ?? '', /at least one/);
  assert.match(given(['10.0.0.1/8', '010.0.0.0/8'])['#/networks/0'] ?? '', /CIDR/);
});

test('every fault has its place and a sentence', () => {
  const found = faults(submitterSchema, {
    name: 'No Name',
    owner: 'a\nb',
    senders: ['nobody', '@', 'Ann <a@b.example>', '@10.0.0.1'],
    disabled: 'no',
    expires_at: 'tomorrow',
    entra: [{ app_id: 'x', secret: 'y' }],
    signing_keys: [{ id: 'a', scheme: 'none', secret: 'whsec_abc' }],
    policy: { recipients: 'all', attachments: { allow: ['pdf'] }, required_headers: { 'a b': 'x' } },
    mode: 'redirect',
    colour: 'red',
  });
  for (const pointer of [
    '#',
    '#/name',
    '#/owner',
    '#/senders/0',
    '#/senders/1',
    '#/senders/2',
    '#/senders/3',
    '#/disabled',
    '#/expires_at',
    '#/entra/0',
    '#/entra/0/app_id',
    '#/signing_keys/0/scheme',
    '#/signing_keys/0/secret',
    '#/policy/recipients',
    '#/policy/attachments/allow/0',
    '#/policy/required_headers/a%20b',
  ]) {
    assert.ok(found[pointer], `${pointer} in ${Object.keys(found).join(' ')}`);
    assert.doesNotMatch(found[pointer], /Invalid|Unrecognized|expected/i, pointer);
  }
  assert.ok(faults(submitterSchema, { name: 'a', senders: [], mode: 'redirect' })['#/redirect_to']);
  for (const nothing of [null, [], 'x', 5]) assert.ok(faults(operatorSchema, nothing)['#']);
  assert.ok(faults(hookSchema, { ...(wire(hook) as object), to: [], zone: 'Mars/Olympus' })['#/zone']);
});

test('keys of prototypes are no fields', () => {
  const evil = JSON.parse(
    '{"name":"a","senders":[],"__proto__":{"disabled":false},"policy":{"required_headers":{"__proto__":"x"}}}',
  ) as unknown;
  assert.notDeepEqual(faults(submitterSchema, evil), {});
  assert.equal(({} as { disabled?: boolean }).disabled, undefined);
});
