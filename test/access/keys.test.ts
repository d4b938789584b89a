import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { keyEntropyBytes, makeApiKey, matchesHash } from '../../shared/access/api-key.ts';
import { authorize, authorizeOperator, type Credentials } from '../../shared/access/authorize.ts';
import { parseAddress } from '../../shared/access/network.ts';
import { buildRegister } from '../../shared/access/register.ts';
import { rotateKey } from '../../shared/access/rotation.ts';
import type { KeyScope, StoredApiKey } from '../../shared/access/stored-key.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { Secret } from '../../shared/platform/secret.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const fresh = () => makeApiKey(randomBytes(keyEntropyBytes));
const submitter = (name: string, more: Partial<Submitter> = {}): Submitter => ({
  name,
  senders: ['alerts@contoso.com'],
  networks: [],
  disabled: false,
  ...more,
});

/** A register in which one key has these rights, and its holder these. */
function keyWith(rights: Partial<StoredApiKey>, more: Partial<Submitter> = {}) {
  const key = fresh();
  const register = buildRegister({
    submitters: [submitter('app', more)],
    operators: [
      { name: 'olga', role: 'admin', disabled: false },
      { name: 'gone', role: 'admin', disabled: false, expiresAt: now },
      { name: 'desk', role: 'viewer', disabled: false, networks: ['10.0.0.0/8'] },
    ],
    keys: [{ id: key.id, submitter: 'app', hash: key.hash, createdAt: new Date(0), ...rights }],
  });
  const credentials = (address?: string): Credentials => ({
    shown: { kind: 'key', text: new Secret(key.text), carrier: 'bearer' },
    clientAddress: address === undefined ? undefined : parseAddress(address),
  });
  return {
    ask: (needed: KeyScope = 'submit', address?: string, at = now) => {
      const found = authorize(register, credentials(address), needed, at);
      return found.ok ? found.value.submitter.name : found.problem.code;
    },
    administer: (address?: string) => {
      const found = authorizeOperator(register, credentials(address), 'viewer', now);
      return found.ok ? found.value.operator.name : found.problem.code;
    },
  };
}

test('a key is good until its end', () => {
  const { ask } = keyWith({ expiresAt: later(1) });
  assert.equal(ask(), 'app');
  assert.equal(ask('submit', undefined, later(1)), 'api-key-expired');
});

test('a key does what its scopes say, and everything when it has none', () => {
  const reader = keyWith({ scopes: ['read'] });
  assert.equal(reader.ask('read'), 'app');
  assert.equal(reader.ask('submit'), 'scope-not-granted');
  assert.equal(reader.ask('cancel'), 'scope-not-granted');
  for (const needed of ['submit', 'read', 'cancel'] as const) assert.equal(keyWith({}).ask(needed), 'app');
});

test('a key that is bound to networks is good from there only', () => {
  const { ask } = keyWith({ networks: ['10.0.0.0/8', '2001:db8::/32', 'nonsense'] });
  assert.equal(ask('submit', '10.1.2.3'), 'app');
  assert.equal(ask('submit', '2001:db8::1'), 'app');
  assert.equal(ask('submit', '11.0.0.1'), 'network-not-allowed');
  assert.equal(ask('submit'), 'network-not-allowed');
});

test('a submitter may ask for a key and a network', () => {
  const both = { authentication: 'key-and-network', networks: ['10.0.0.0/8'] } as const;
  const { ask } = keyWith({}, both);
  assert.equal(ask('submit', '10.1.2.3'), 'app');
  assert.equal(ask('submit', '192.0.2.1'), 'network-not-allowed');
  assert.equal(ask('submit'), 'network-not-allowed');
  const register = buildRegister({ submitters: [submitter('app', both)] });
  const bare: Credentials = { shown: { kind: 'nothing' }, clientAddress: parseAddress('10.1.2.3') };
  const found = authorize(register, bare, 'submit', now);
  assert.equal(found.ok ? 'let in' : found.problem.code, 'missing-credentials');
});

test('a submitter whose registration ran out or who is disabled is refused, whatever it shows', () => {
  assert.equal(keyWith({}, { expiresAt: later(1) }).ask(), 'app');
  assert.equal(keyWith({}, { expiresAt: now }).ask(), 'submitter-expired');
  assert.equal(keyWith({}, { disabled: true }).ask(), 'submitter-disabled');
});

test('a key for a hook is good for nothing else', () => {
  assert.equal(keyWith({ hook: 'ci' }).ask(), 'hook-key-only');
  assert.equal(keyWith({ hook: 'ci' }).ask('read'), 'hook-key-only');
});

test('keys of operators administer and never send, keys of submitters the other way round', () => {
  const of = (operator: string) => {
    const key = fresh();
    return keyWith({ submitter: '', operator, id: key.id, hash: key.hash });
  };
  assert.equal(of('olga').ask(), 'invalid-api-key', 'the key of another row');
  const { submitter: _, ...holder } = { submitter: 'app', operator: 'olga' };
  const olga = keyWith({ ...holder, submitter: 'nobody' });
  assert.equal(olga.administer(), 'olga');
  assert.equal(olga.ask(), 'submitter-only');
  assert.equal(keyWith({}).administer(), 'operator-only');
  assert.equal(keyWith({ operator: 'gone' }).administer(), 'operator-only');
  assert.equal(keyWith({ operator: 'desk' }).administer('10.0.0.1'), 'desk');
  assert.equal(keyWith({ operator: 'desk' }).administer('192.0.2.1'), 'network-not-allowed');
  assert.equal(keyWith({ operator: 'olga', expiresAt: now }).administer(), 'api-key-expired');
  assert.equal(keyWith({ operator: 'olga', networks: ['10.0.0.0/8'] }).administer(), 'network-not-allowed');
});

test('a certificate that the front end forwarded speaks for the submitter that names it', () => {
  const thumbprint = 'ab'.repeat(32);
  const register = buildRegister({
    submitters: [
      submitter('device', { certificates: [thumbprint] }),
      submitter('lab', { networks: ['10.0.0.0/8'] }),
    ],
  });
  const ask = (certificate: string) => {
    const clientAddress = parseAddress('10.0.0.1');
    const found = authorize(
      register,
      { shown: { kind: 'nothing' }, clientAddress, certificate },
      'submit',
      now,
    );
    return found.ok ? found.value.submitter.name : found.problem.code;
  };
  assert.equal(ask(thumbprint), 'device');
  assert.equal(ask('cd'.repeat(32)), 'invalid-certificate', 'though the network would do');
});

test('rotation gives a new key the same rights, and the old one an end', () => {
  const made = fresh();
  const old: StoredApiKey = {
    id: made.id,
    hash: made.hash,
    submitter: 'app',
    name: 'backup job',
    hook: 'ci',
    scopes: ['submit'],
    networks: ['10.0.0.0/8'],
    createdAt: later(-86_400),
  };
  const turn = rotateKey(old, randomBytes(keyEntropyBytes), now, 3600);
  assert.ok(matchesHash(new Secret(turn.key.text), turn.made.hash));
  const { id: _id, hash: _hash, createdAt: _createdAt, ...rights } = old;
  assert.deepEqual(turn.made, { ...rights, id: turn.key.id, hash: turn.key.hash, createdAt: now });
  assert.notEqual(turn.made.id, old.id);
  assert.deepEqual(turn.retired, { ...old, expiresAt: later(3600) });
});

test('rotation keeps the life of a key, and never makes the old one live longer', () => {
  const made = fresh();
  const old: StoredApiKey = {
    id: made.id,
    hash: made.hash,
    submitter: 'app',
    createdAt: later(-100),
    expiresAt: later(60),
  };
  const turn = rotateKey(old, randomBytes(keyEntropyBytes), now, 3600);
  assert.deepEqual(turn.made.expiresAt, later(160));
  assert.deepEqual(turn.retired.expiresAt, later(60));
});
