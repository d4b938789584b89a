/**
 * Signature Version 4 against what AWS's own signer makes, and against what is not quite it.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSigv4, verifySigv4 } from '../../../shared/access/signature/sigv4.ts';
import type { SignedRequest } from '../../../shared/access/signature/signed-request.ts';
import { Secret } from '../../../shared/platform/secret.ts';

/** The case `get-vanilla-query-order-key-case` of AWS's Signature Version 4 test suite. */
const vanilla: Record<string, string> = {
  host: 'example.amazonaws.com',
  'x-amz-date': '20150830T123600Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
};
const secret = new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const now = new Date('2015-08-30T12:40:00Z');

const request = (more: Partial<SignedRequest> = {}, headers: Record<string, string> = {}): SignedRequest => ({
  method: 'GET',
  target: '/?Param2=value2&Param1=value1',
  header: (name) => ({ ...vanilla, ...headers })[name],
  body: new Uint8Array(),
  ...more,
});

test('a case of the test suite of AWS is right', () => {
  assert.equal(verifySigv4(request(), secret, now), 'right');
});

test('another secret, method, path, query, host or body is wrong', () => {
  assert.equal(verifySigv4(request(), new Secret('other'), now), 'wrong');
  assert.equal(verifySigv4(request({ method: 'POST' }), secret, now), 'wrong');
  assert.equal(verifySigv4(request({ target: '/a?Param2=value2&Param1=value1' }), secret, now), 'wrong');
  assert.equal(verifySigv4(request({ target: '/?Param2=value2' }), secret, now), 'wrong');
  assert.equal(verifySigv4(request({ body: Buffer.from('x') }), secret, now), 'wrong');
  assert.equal(verifySigv4(request({}, { host: 'other.example.com' }), secret, now), 'wrong');
  assert.equal(
    verifySigv4(request({}, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }), secret, now),
    'wrong',
  );
});

test('more than a quarter of an hour away it is stale', () => {
  assert.equal(verifySigv4(request(), secret, new Date('2015-08-30T12:51:00Z')), 'right');
  assert.equal(verifySigv4(request(), secret, new Date('2015-08-30T12:51:01Z')), 'stale');
  assert.equal(verifySigv4(request(), secret, new Date('2015-08-30T12:20:59Z')), 'stale');
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Signs by the book, whatever is signed. @param path and @param query in their canonical form. */
function sign(target: string, path: string, query: string, names: readonly string[]): SignedRequest {
  const headers: Record<string, string> = { host: 'h', 'x-amz-date': '20150830T123600Z' };
  const fields = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['GET', path, query, fields, names.join(';'), sha256('')].join('\n');
  const scope = '20150830/eu-west-1/ses/aws4_request';
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (last, part) => createHmac('sha256', last).update(part).digest(),
      `AWS4${secret.reveal()}`,
    );
  const text = `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${sha256(canonical)}`;
  const signature = createHmac('sha256', key).update(text).digest('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=AK/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return request({ target, header: (name) => headers[name] });
}

test('a signature that leaves out the host or the time counts for nothing', () => {
  assert.equal(verifySigv4(sign('/', '/', '', ['host', 'x-amz-date']), secret, now), 'right');
  assert.equal(verifySigv4(sign('/', '/', '', ['host']), secret, now), 'wrong');
  assert.equal(verifySigv4(sign('/', '/', '', ['x-amz-date']), secret, now), 'wrong');
});

test('paths are encoded once more than on the wire, and queries sorted', () => {
  const target = '/a%20b/%C3%A4?b=%20&a=2&a=1';
  const signed = sign(target, '/a%2520b/%25C3%25A4', 'a=1&a=2&b=%20', ['host', 'x-amz-date']);
  assert.equal(verifySigv4(signed, secret, now), 'right');
});

test('no header makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (authorization, other) => {
      const shaped = (vanilla['authorization'] ?? '').replace('us-east-1', other);
      for (const one of [authorization, shaped]) {
        const hostile = request(
          { target: `/${other}` },
          { authorization: one, host: other, 'x-amz-date': other },
        );
        assert.notEqual(verifySigv4(hostile, secret, now), 'right');
        readSigv4(hostile.header);
      }
    }),
  );
});
