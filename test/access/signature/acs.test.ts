/**
 * Signatures of ACS's clients. That its own client makes them so is shown in test/clients/acs.test.ts.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { acsSignature, verifyAcs } from '../../../shared/access/signature/acs.ts';
import { bySignature } from '../../../shared/access/signature/by-signature.ts';
import type { SignedRequest } from '../../../shared/access/signature/signed-request.ts';
import { makeApiKey } from '../../../shared/access/api-key.ts';
import { buildRegister } from '../../../shared/access/register.ts';
import type { Submitter } from '../../../shared/access/submitter.ts';
import { Secret } from '../../../shared/platform/secret.ts';

const key = Buffer.from('an access key').toString('base64');
const secret = new Secret(key);
const now = new Date('2026-11-28T17:18:49Z');
const body = Buffer.from('{}');
const target = '/emails:send?api-version=2025-09-01';

function signed(
  more: Partial<SignedRequest> = {},
  date = now,
  headers: Record<string, string> = {},
): SignedRequest {
  const hash = createHash('sha256').update(body).digest('base64');
  const text = `POST\n${target}\n${date.toUTCString()};bridge.example.com;${hash}`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  const all: Record<string, string> = {
    host: 'bridge.example.com',
    'x-ms-date': date.toUTCString(),
    'x-ms-content-sha256': hash,
    authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
    ...headers,
  };
  return { method: 'POST', target, body, header: (name) => all[name], ...more };
}

const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const submitter = (more: Partial<Submitter>): Submitter => ({
  name: 'app',
  senders: [],
  networks: [],
  disabled: false,
  signingKeys: [{ id: 'a', scheme: 'acs', secret: 'ONE' }],
  ...more,
});

const judgeWith = (headers: Record<string, string>, query: string, ...submitters: Submitter[]) =>
  bySignature(
    buildRegister({ submitters }),
    new Map([
      ['ONE', secret],
      ['TWO', new Secret('b3RoZXI=')],
    ]),
    {
      ...signed({}, now, headers),
      path: '/emails:send',
      query: new URLSearchParams(query),
      clientAddress: undefined,
    },
    now,
  );
const judge = (...submitters: Submitter[]) => judgeWith({}, '', ...submitters);
const code = (result: ReturnType<typeof judge>) => (result.ok ? undefined : result.problem.code);

test('what its holder signed is right, and nothing else', () => {
  assert.equal(verifyAcs(signed(), secret, now), 'right');
  assert.equal(verifyAcs(signed(), new Secret('b3RoZXI='), now), 'wrong');
  assert.equal(verifyAcs(signed({ method: 'GET' }), secret, now), 'wrong');
  assert.equal(verifyAcs(signed({ target: '/emails:send' }), secret, now), 'wrong');
  assert.equal(verifyAcs(signed({ body: Buffer.from('{ }') }), secret, now), 'wrong');
  assert.equal(verifyAcs(signed({}, now, { host: 'other.example.com' }), secret, now), 'wrong');
  const fewer = { authorization: 'HMAC-SHA256 SignedHeaders=x-ms-date&Signature=AAAA' };
  assert.equal(verifyAcs(signed({}, now, fewer), secret, now), 'wrong');
});

test('more than five minutes away it is stale', () => {
  assert.equal(verifyAcs(signed(), secret, at(300)), 'right');
  assert.equal(verifyAcs(signed(), secret, at(301)), 'stale');
  assert.equal(verifyAcs(signed(), secret, at(-301)), 'stale');
});

test('it speaks for the submitter that has the key, unless that one is disabled', () => {
  const other = submitter({ name: 'other', signingKeys: [{ id: 'b', scheme: 'acs', secret: 'TWO' }] });
  const found = judge(other, submitter({}));
  assert.equal(found.ok && found.value.submitter.name, 'app');
  assert.equal(code(judge(other)), 'invalid-signature');
  assert.equal(code(judge()), 'invalid-signature');
  assert.equal(code(judge(submitter({ disabled: true }))), 'submitter-disabled');
  // A secret that the settings lack, and a key of another scheme.
  assert.equal(
    code(judge(submitter({ signingKeys: [{ id: 'a', scheme: 'acs', secret: 'X' }] }))),
    'invalid-signature',
  );
  assert.equal(
    code(judge(submitter({ signingKeys: [{ id: 'a', scheme: 'sigv4', secret: 'ONE' }] }))),
    'invalid-signature',
  );
});

const beside = (headers: Record<string, string>, query = '') =>
  code(judgeWith(headers, query, submitter({})));

test('a key that is shown beside it is one credential too many', () => {
  const [one, other] = [1, 2].map((byte) => makeApiKey(new Uint8Array(25).fill(byte)).text);
  assert.equal(beside({ 'x-api-key': String(one) }), 'ambiguous-credentials');
  assert.equal(beside({ 'x-gitlab-token': String(one) }), 'ambiguous-credentials');
  assert.equal(beside({ 'x-api-key': String(one), 'api-key': String(other) }), 'ambiguous-credentials');
  assert.equal(beside({}, `x=${one}`), 'key-in-url');
  // What has not the form of a key of ours was meant for a gateway.
  assert.equal(beside({ 'x-api-key': 'of-the-gateway' }), undefined);
  assert.equal(beside({}, 'api-version=2025-09-01'), undefined);
});

test('an access key that is no Base64 lets nobody in', () => {
  for (const broken of ['', '!!!', '=']) {
    const all = signed();
    const hash = all.header('x-ms-content-sha256') ?? '';
    const text = `POST\n${target}\n${now.toUTCString()};bridge.example.com;${hash}`;
    const forged = createHmac('sha256', '').update(text).digest('base64');
    const authorization = `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${forged}`;
    assert.equal(verifyAcs(signed({}, now, { authorization }), new Secret(broken), now), 'wrong', broken);
  }
});

test('no header makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const hostile = signed({}, now, {
        authorization: text,
        'x-ms-date': text,
        'x-ms-content-sha256': text,
      });
      assert.equal(verifyAcs(hostile, secret, now), 'wrong');
      acsSignature(hostile.header);
    }),
  );
});
