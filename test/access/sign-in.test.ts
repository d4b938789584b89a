import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperatorRole } from '../../shared/access/operator.ts';
import { authorizeSignedIn, isSignedIn } from '../../shared/access/sign-in.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const person = 'aaaaaaaa-2222-3333-4444-555555555555';

interface Claim {
  readonly typ: unknown;
  readonly val: unknown;
}

const claims: readonly Claim[] = [
  { typ: 'http://schemas.microsoft.com/identity/claims/tenantid', val: tenant },
  { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: person },
  { typ: 'roles', val: 'Something.Else' },
  { typ: 'roles', val: 'Postrider.Operator' },
];
const encoded = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64');
const principal = (more: object = {}): string => encoded({ auth_typ: 'aad', claims, ...more });

function ask(
  header: string,
  {
    method = 'GET',
    needed = 'viewer',
    headers = {},
  }: { method?: string; needed?: OperatorRole; headers?: object } = {},
): string {
  const all: Record<string, string> = { 'x-ms-client-principal': header, host: 'bridge.example', ...headers };
  const request = { method, path: '/', query: new URLSearchParams(), header: (name: string) => all[name] };
  const result = authorizeSignedIn(request, tenant, needed);
  return result.ok ? `${result.value.operator.name} ${result.value.operator.role}` : result.problem.code;
}

test('somebody who signed in has the highest of the app roles', () => {
  assert.equal(ask(principal()), `entra-${person} operator`);
  assert.equal(ask(principal(), { needed: 'admin' }), 'operator-only');
  const admin = [...claims, { typ: 'roles', val: 'Postrider.Admin' }];
  assert.equal(ask(principal({ claims: admin }), { needed: 'admin' }), `entra-${person} admin`);
  assert.equal(ask(principal({ claims: claims.slice(0, 3) })), 'operator-only');
});

test('what is not a whole principal of our tenant is refused', () => {
  const [tid, oid, ...roles] = claims;
  const wrong: Record<string, string> = {
    nothing: '',
    'no base64': '{"auth_typ":"aad"}',
    'no JSON': Buffer.from('aad').toString('base64'),
    null: encoded(null),
    'another provider': principal({ auth_typ: 'github' }),
    'no claims': encoded({ auth_typ: 'aad' }),
    'strange claims': principal({ claims: [null, 5, { typ: [], val: {} }] }),
    'no tenant': principal({ claims: [oid, ...roles] }),
    'no id': principal({ claims: [tid, ...roles] }),
    'another tenant': principal({ claims: [{ ...tid, val: person }, oid, ...roles] }),
    'two tenants': principal({ claims: [...claims, { typ: 'tid', val: person }] }),
    'the same tenant twice': principal({ claims: [...claims, tid] }),
    'two ids': principal({ claims: [...claims, { typ: 'oid', val: tenant }] }),
    'an id that is none': principal({ claims: [tid, { ...oid, val: 'app' }, ...roles] }),
    'two headers': `${principal()}, ${principal()}`,
    'too long': principal({ padding: 'x'.repeat(20_000) }),
  };
  for (const [what, header] of Object.entries(wrong)) assert.equal(ask(header), 'invalid-sign-in', what);
});

const change = (headers: Record<string, string>, method = 'PUT') =>
  ask(principal(), { method, headers: { 'content-type': 'application/json', ...headers } });

test('a change must come from a page of ours, as JSON', () => {
  const yes = `entra-${person} operator`;
  assert.equal(change({ 'sec-fetch-site': 'same-origin' }), yes);
  assert.equal(change({ origin: 'https://bridge.example' }), yes);
  assert.equal(change({ origin: 'https://front.example', 'disguised-host': 'front.example' }), yes);
  for (const headers of [
    {},
    { 'sec-fetch-site': 'cross-site', origin: 'https://bridge.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://bridge.example.evil.example' },
    { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
    { 'sec-fetch-site': 'same-origin', 'content-type': 'application/jsonp' },
  ]) {
    assert.equal(change(headers), 'cross-site-request', JSON.stringify(headers));
  }
  assert.equal(change({ 'sec-fetch-site': 'cross-site' }, 'GET'), yes);
  assert.equal(change({ 'sec-fetch-site': 'cross-site' }, 'DELETE'), 'cross-site-request');
});

const facts = (headers: Record<string, string>) => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  header: (name: string) => headers[name],
});

test('a key that is shown beside it counts', () => {
  assert.equal(isSignedIn(facts({ 'x-ms-client-principal': 'x' })), true);
  assert.equal(isSignedIn(facts({ 'x-ms-client-principal': 'x', authorization: 'Bearer pr_x' })), false);
  assert.equal(isSignedIn(facts({})), false);
});
