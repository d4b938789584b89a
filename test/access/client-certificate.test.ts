import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { generate } from 'selfsigned';
import { readCertificate } from '../../shared/access/client-certificate.ts';

const now = new Date('2026-11-20T12:00:00Z');
const day = 86_400_000;
let pem: string;
before(async () => {
  const made = await generate([{ name: 'commonName', value: 'printer-3' }], {
    notBeforeDate: new Date(now.getTime() - day),
    notAfterDate: new Date(now.getTime() + day),
    keyType: 'ec',
    algorithm: 'sha256',
  });
  pem = made.cert;
});

const base64 = () => new X509Certificate(pem).raw.toString('base64');
const read = (header: string | undefined, at = now) => {
  const found = readCertificate(header, at);
  if (found.ok) return found.value;
  assert.equal(found.problem.code, 'invalid-certificate');
  return found.problem.detail;
};

test('the certificate that App Service forwards is known by its digest', () => {
  const digest = new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
  assert.equal(read(base64()), digest);
  assert.equal(read(pem), digest);
  assert.equal(read(pem.trim().replaceAll('\n', ' ')), digest);
  assert.equal(read(undefined), undefined);
  assert.equal(read(''), undefined);
});

test('before and after its time it is good for nothing', () => {
  assert.match(read(base64(), new Date(now.getTime() - 2 * day)) ?? '', /not valid yet/);
  assert.match(read(base64(), new Date(now.getTime() + 2 * day)) ?? '', /has expired/);
});

test('what is no certificate is refused, and never throws', () => {
  const der = base64();
  for (const header of [
    'x',
    'AAAA',
    der.slice(0, -8),
    `${der},${der}`,
    der.replace('M', 'ä'),
    'A'.repeat(20_000),
    '%',
  ])
    assert.match(read(header) ?? '', /cannot be read/, header.slice(0, 20));
});
