import { strict as assert } from 'node:assert';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { inspectCredential, readCertificate } from '../../shared/delivery/credential.ts';
import { ConfigurationError } from '../../shared/platform/config.ts';
import { makeCertificate, type TestCertificate } from './stage.ts';
import { Secret } from '../../shared/platform/secret.ts';

const now = new Date();
let good: TestCertificate;
let both: string;

before(async () => {
  good = await makeCertificate();
  both = good.privateKey + good.certificate;
});

/** The sentence with which a text is refused. */
function refusalOf(pem: string, at = now): string {
  try {
    inspectCredential({ credential: { kind: 'certificate', pem: new Secret(pem) } }, { now: () => at });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.match(error.message, /^POSTRIDER_CLIENT_CERTIFICATE .*\(see docs\/configuration\.md\)$/);
    return error.message;
  }
  return '';
}

test('a certificate with its key is read, whichever comes first', () => {
  const { thumbprintSha256, privateKey, chain } = readCertificate(both, now);
  const leaf = new X509Certificate(good.certificate);
  assert.equal(thumbprintSha256, leaf.fingerprint256.replaceAll(':', ''));
  assert.match(thumbprintSha256, /^[0-9A-F]{64}$/);
  assert.ok(createPublicKey(privateKey).equals(leaf.publicKey));
  assert.equal(new X509Certificate(chain).fingerprint256, leaf.fingerprint256);
  assert.equal(refusalOf(good.certificate + good.privateKey), '');
});

test('line breaks that a portal has turned into spaces do no harm', () => {
  assert.equal(refusalOf(both.replaceAll('\n', ' ')), '');
  assert.equal(refusalOf(both.replaceAll('\n', '\r\n')), '');
});

test('the chain begins with the certificate of the key, whatever the order', async () => {
  const issuer = await makeCertificate(20);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  assert.match(
    refusalOf(issuer.certificate + stranger.export({ type: 'pkcs8', format: 'pem' }).toString()),
    /belong/,
  );
  const { chain } = readCertificate(good.certificate + issuer.certificate + good.privateKey, now);
  assert.equal(chain.match(/BEGIN CERTIFICATE/g)?.length, 2);
});

test('what is missing or broken is said in one sentence', async () => {
  assert.match(refusalOf('hunter2'), /is not PEM/);
  assert.match(refusalOf(good.certificate), /no private key/);
  assert.match(refusalOf(good.privateKey), /no certificate/);
  assert.match(refusalOf(good.privateKey + good.certificate.replace(/\n[^-]{20}/, '\n')), /cannot be read/);
  assert.match(refusalOf(good.certificate + good.privateKey.replace(/\n[^-]{20}/, '\n')), /cannot be read/);
  const over = await makeCertificate(-1);
  assert.match(refusalOf(over.certificate + over.privateKey), /expired on \d{4}-\d\d-\d\d/);
  assert.match(refusalOf(both, new Date('2020-01-01')), /not valid before/);
});

test('keys that cannot sign are told apart', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const format = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  assert.match(refusalOf(good.certificate + privateKey.export(format).toString()), /encrypted/);
  const old =
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
  assert.match(refusalOf(good.certificate + old), /encrypted/);
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  assert.match(
    refusalOf(good.certificate + elliptic.export({ type: 'pkcs8', format: 'pem' }).toString()),
    /not RSA/,
  );
});

test('a refusal never quotes the key', () => {
  const body = good.privateKey.split('\n')[1] ?? '';
  assert.ok(
    !refusalOf(
      `${good.certificate}-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
    ).includes(body),
  );
});

test('other credentials need no inspection', () => {
  inspectCredential({ credential: { kind: 'secret', secret: new Secret('x') } });
  inspectCredential({ credential: { kind: 'federated', identityClientId: 'x' } });
});
