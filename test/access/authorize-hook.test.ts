import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { authorizeHook } from '../../shared/access/authorize-hook.ts';
import { readCarriers } from '../../shared/access/carriers.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { parseAddress } from '../../shared/access/network.ts';
import { buildRegister } from '../../shared/access/register.ts';
import type { StoredApiKey } from '../../shared/access/stored-key.ts';
import type { Submitter } from '../../shared/access/submitter.ts';

const now = new Date('2026-11-20T12:00:00Z');
const keys = Object.fromEntries(
  ['hook', 'deploy', 'app', 'reader', 'rival', 'revoked'].map((name) => [
    name,
    makeApiKey(randomBytes(keyEntropyBytes)),
  ]),
);
const text = (name: string) => keys[name]?.text ?? '';
const stored = (name: string, more: Partial<StoredApiKey>): StoredApiKey => ({
  id: keys[name]?.id ?? '',
  hash: keys[name]?.hash ?? '',
  submitter: 'app',
  createdAt: now,
  ...more,
});
const submitter = (name: string, more: Partial<Submitter> = {}): Submitter => ({
  name,
  senders: ['alerts@contoso.com'],
  networks: [],
  disabled: false,
  ...more,
});
const hook = (name: string, more: Partial<Hook> = {}): Hook => ({
  name,
  submitter: 'app',
  from: 'alerts@contoso.com',
  to: ['ops@contoso.com'],
  ...more,
});
const signature = { scheme: 'github', secret: 'CI' } as const;
const register = buildRegister({
  submitters: [
    submitter('app', { networks: ['10.0.0.0/8'] }),
    submitter('rival', { networks: ['10.1.0.0/16'] }),
    submitter('both', { networks: ['192.0.2.0/24'], authentication: 'key-and-network' }),
    submitter('old', { expiresAt: now }),
  ],
  hooks: [
    hook('ci'),
    hook('deploy'),
    hook('signed', { signature }),
    hook('off', { disabled: true }),
    hook('both', { submitter: 'both', signature }),
    hook('plain-both', { submitter: 'both' }),
    hook('old', { submitter: 'old', signature }),
  ],
  keys: [
    stored('hook', { hook: 'ci' }),
    stored('deploy', { hook: 'deploy', scopes: ['read'] }),
    stored('app', {}),
    stored('reader', { scopes: ['read'] }),
    stored('rival', { submitter: 'rival' }),
  ],
});

function knock(url: string, headers: Record<string, string> = {}, address?: string) {
  const { pathname: path, searchParams: query } = new URL(url, 'https://bridge.example');
  const shown = readCarriers({ header: (name) => headers[name], path, query });
  const clientAddress = address === undefined ? undefined : parseAddress(address);
  // The protocols of some senders have no place for a name.
  const name = ['/message', '/ntfy'].includes(path) ? undefined : (path.split('/')[2] ?? '');
  const found = authorizeHook(register, { shown, clientAddress }, name, now);
  if (!found.ok) return found.problem.code;
  const { caller, mustSign } = found.value;
  return `${caller.submitter.name}${caller.keyId === undefined ? '' : ' by key'}${mustSign ? ' must sign' : ''}`;
}

test('a key made for a hook opens it, in the URL and in headers', () => {
  assert.equal(knock(`/hooks/ci/${text('hook')}`), 'app by key');
  assert.equal(knock(`/hooks/ci?access_token=${text('hook')}`), 'app by key');
  assert.equal(knock('/hooks/ci', { 'x-gitlab-token': text('hook') }), 'app by key');
});

test('where the address names no hook, the key tells, or nobody does', () => {
  assert.equal(knock(`/message?token=${text('hook')}`), 'app by key');
  assert.equal(knock('/message', { 'x-gotify-key': text('hook') }), 'app by key');
  assert.equal(knock('/ntfy', { authorization: `Bearer ${text('hook')}` }), 'app by key');
  assert.equal(knock('/message', { 'x-gotify-key': text('app') }), 'not-found');
  assert.equal(knock(`/message?token=${text('app')}`), 'key-in-url');
  assert.equal(knock('/message', { 'x-gotify-key': text('deploy') }), 'scope-not-granted');
  assert.equal(knock('/message', { 'x-gotify-key': text('revoked') }), 'invalid-api-key');
  assert.equal(knock('/message', {}, '10.0.0.1'), 'missing-credentials');
});

test('it opens no other hook', () => {
  assert.equal(knock(`/hooks/deploy/${text('hook')}`), 'hook-key-only');
  assert.equal(knock('/hooks/deploy', { 'x-api-key': text('hook') }), 'hook-key-only');
  assert.equal(knock(`/hooks/none/${text('hook')}`), 'hook-key-only');
});

test('a key of the submitter is taken in headers, and refused in the URL', () => {
  assert.equal(knock('/hooks/ci', { authorization: `Bearer ${text('app')}` }), 'app by key');
  assert.equal(knock(`/hooks/ci/${text('app')}`), 'key-in-url');
  assert.equal(knock(`/hooks/ci?key=${text('app')}`), 'key-in-url');
});

test('keys of others, without the scope, or revoked open nothing', () => {
  assert.equal(knock('/hooks/ci', { 'x-api-key': text('rival') }), 'not-found');
  assert.equal(knock('/hooks/ci', { 'x-api-key': text('reader') }), 'scope-not-granted');
  assert.equal(knock(`/hooks/deploy/${text('deploy')}`), 'scope-not-granted');
  assert.equal(knock(`/hooks/ci/${text('revoked')}`), 'invalid-api-key');
});

test('the networks of its submitter open a hook without a key, also where a nearer network is another’s', () => {
  assert.equal(knock('/hooks/ci', {}, '10.2.0.1'), 'app');
  assert.equal(knock('/hooks/ci', {}, '10.1.0.1'), 'app');
  assert.equal(knock('/hooks/ci', {}, '192.0.2.1'), 'missing-credentials');
  assert.equal(knock('/hooks/plain-both', {}, '192.0.2.1'), 'missing-credentials');
});

test('a signed hook wants the signature, from whomever', () => {
  assert.equal(knock('/hooks/signed'), 'app must sign');
  assert.equal(knock('/hooks/signed', { 'x-api-key': text('app') }), 'app by key must sign');
  assert.equal(knock('/hooks/signed', { 'x-api-key': text('revoked') }), 'invalid-api-key');
  assert.equal(knock('/hooks/signed', {}, '10.2.0.1'), 'app must sign');
  assert.equal(knock('/hooks/both', {}, '192.0.2.1'), 'both must sign');
  assert.equal(knock('/hooks/both', {}, '10.2.0.1'), 'network-not-allowed');
  assert.equal(knock('/hooks/old'), 'submitter-expired');
});

test('strangers do not learn which hooks there are', () => {
  assert.equal(knock('/hooks/none'), knock('/hooks/ci'));
  assert.equal(knock('/hooks/off'), knock('/hooks/ci'));
  assert.equal(knock('/hooks/none', { 'x-api-key': text('app') }), 'not-found');
  assert.equal(knock('/hooks/off', { 'x-api-key': text('app') }), 'hook-disabled');
});
