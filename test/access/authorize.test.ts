import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { authorize } from '../../shared/access/authorize.ts';
import { readCarriers } from '../../shared/access/carriers.ts';
import { parseAddress } from '../../shared/access/network.ts';
import { buildRegister } from '../../shared/access/register.ts';
import { isSubmitterName, maySendAs, type Submitter } from '../../shared/access/submitter.ts';

const key = makeApiKey(randomBytes(keyEntropyBytes));
const otherKey = makeApiKey(randomBytes(keyEntropyBytes));
const submitter = (name: string, more: Partial<Submitter> = {}): Submitter => ({
  name,
  senders: ['alerts@contoso.com'],
  networks: [],
  disabled: false,
  ...more,
});
const register = buildRegister({
  submitters: [
    submitter('app'),
    submitter('lab', { networks: ['10.0.0.0/8', 'nonsense'] }),
    submitter('printer', { networks: ['10.1.2.3'] }),
    submitter('old', { disabled: true, networks: ['192.0.2.0/24'] }),
  ],
  keys: [{ id: key.id, submitter: 'app', hash: key.hash, createdAt: new Date(0) }],
});
const ask = (headers: Record<string, string>, address?: string) => {
  const facts = { header: (name: string) => headers[name], path: '/emails', query: new URLSearchParams() };
  const clientAddress = address === undefined ? undefined : parseAddress(address);
  return authorize(register, { shown: readCarriers(facts), clientAddress }, 'submit', new Date(0));
};
const name = (result: ReturnType<typeof ask>) =>
  result.ok ? result.value.submitter.name : result.problem.code;

test('a key is taken as Bearer or X-Api-Key, and both if they are the same', () => {
  assert.equal(name(ask({ authorization: `Bearer ${key.text}` })), 'app');
  assert.equal(name(ask({ authorization: `bearer  ${key.text}` })), 'app');
  assert.equal(name(ask({ 'x-api-key': key.text })), 'app');
  assert.equal(name(ask({ authorization: `Bearer ${key.text}`, 'x-api-key': key.text })), 'app');
});

test('a wrong key is refused, even from an authorised network', () => {
  assert.equal(name(ask({ authorization: `Bearer ${otherKey.text}` })), 'invalid-api-key');
  assert.equal(name(ask({ 'x-api-key': otherKey.text }, '10.0.0.1')), 'invalid-api-key');
  assert.equal(name(ask({ 'x-api-key': key.text.slice(0, -1) })), 'invalid-api-key');
  const forged = `pr_${key.id}_${otherKey.text.slice(12)}`;
  assert.equal(name(ask({ 'x-api-key': forged })), 'invalid-api-key');
});

test('two different keys are refused', () => {
  assert.equal(
    name(ask({ authorization: `Bearer ${key.text}`, 'x-api-key': otherKey.text })),
    'ambiguous-credentials',
  );
});

test('a network speaks for its submitter, the nearest one first', () => {
  assert.equal(name(ask({}, '10.9.9.9')), 'lab');
  assert.equal(name(ask({}, '10.1.2.3')), 'printer');
  assert.equal(name(ask({}, '11.0.0.1')), 'missing-credentials');
  assert.equal(name(ask({})), 'missing-credentials');
});

test('a disabled submitter is refused', () => {
  assert.equal(name(ask({}, '192.0.2.1')), 'submitter-disabled');
});

test('senders are addresses or whole domains', () => {
  const one = submitter('x', { senders: ['Alerts@Contoso.com', '@lab.contoso.com'] });
  assert.ok(maySendAs(one, 'alerts@contoso.com'));
  assert.ok(maySendAs(one, 'any@lab.contoso.com'));
  assert.ok(!maySendAs(one, 'any@sub.lab.contoso.com'));
  assert.ok(!maySendAs(one, 'ceo@contoso.com'));
  assert.ok(!maySendAs(one, 'alerts@contoso.com.evil.example'));
  assert.ok(!maySendAs(submitter('none', { senders: [] }), 'alerts@contoso.com'));
});

test('names of submitters are plain', () => {
  for (const good of ['app', 'a', 'backup-job-2']) assert.ok(isSubmitterName(good), good);
  for (const bad of ['', '-a', 'a-', 'A', 'a b', 'a/b', 'ä', 'a'.repeat(65)])
    assert.ok(!isSubmitterName(bad), bad);
});
