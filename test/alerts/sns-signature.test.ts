/**
 * The signature of SNS, with a certificate of our own.
 */
import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { test } from 'node:test';
import { generate } from 'selfsigned';
import {
  certificateAddress,
  isSignedBy,
  isSnsAddress,
  stringToSign,
} from '../../shared/alerts/sns-signature.ts';

const made = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], { keySize: 2048 });
const now = new Date();

const message = {
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: 'arn:aws:sns:eu-west-1:1:ops',
  Subject: 'Grüße',
  Message: 'line one\nline two',
  Timestamp: '2026-01-02T03:04:05.000Z',
  SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem',
};

function signed(fields: Record<string, unknown>, version: '1' | '2') {
  const signature = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
    .update(stringToSign(fields) ?? '', 'utf8')
    .sign(made.private, 'base64');
  return { ...fields, SignatureVersion: version, Signature: signature };
}

test('the text that is signed has names and values on lines of their own', () => {
  assert.equal(
    stringToSign(message),
    'Message\nline one\nline two\nMessageId\nm-1\nSubject\nGrüße\nTimestamp\n2026-01-02T03:04:05.000Z\nTopicArn\narn:aws:sns:eu-west-1:1:ops\nType\nNotification\n',
  );
  const { Subject: _, ...bare } = message;
  assert.ok(!stringToSign(bare)?.includes('Subject'));
  assert.equal(stringToSign({ ...bare, Subject: null }), stringToSign(bare));
  const confirmation = { ...bare, Type: 'SubscriptionConfirmation', SubscribeURL: 'https://u', Token: 't' };
  assert.match(
    stringToSign(confirmation) ?? '',
    /\nSubscribeURL\nhttps:\/\/u\nTimestamp\n.*\nToken\nt\nTopicArn\n/,
  );
  assert.equal(stringToSign({ ...confirmation, Token: 7 }), undefined);
});

test('both versions of the signature are right, and only with the message that was signed', () => {
  for (const version of ['1', '2'] as const) {
    const whole = signed(message, version);
    assert.equal(isSignedBy(whole, made.cert, now), true);
    assert.equal(isSignedBy({ ...whole, Message: 'other' }, made.cert, now), false);
    assert.equal(
      isSignedBy({ ...whole, SignatureVersion: version === '1' ? '2' : '1' }, made.cert, now),
      false,
    );
    assert.equal(isSignedBy({ ...whole, SignatureVersion: '3' }, made.cert, now), false);
    assert.equal(isSignedBy({ ...whole, Signature: null }, made.cert, now), false);
  }
});

test('a certificate that lapsed or is none proves nothing', async () => {
  const whole = signed(message, '2');
  assert.equal(isSignedBy(whole, made.cert, new Date(now.getTime() + 50 * 365 * 86_400_000)), false);
  assert.equal(isSignedBy(whole, made.cert, new Date('2001-01-01')), false);
  assert.equal(isSignedBy(whole, 'hello', now), false);
  const other = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], { keySize: 2048 });
  assert.equal(isSignedBy(whole, other.cert, now), false);
});

test('certificates come from SNS and from nowhere else', () => {
  const good = [
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1f.pem',
    'https://sns.cn-north-1.amazonaws.com.cn/x.pem',
    'https://sns.us-gov-west-1.amazonaws.com/x.pem',
  ];
  for (const address of good) assert.equal(certificateAddress({ SigningCertURL: address })?.href, address);
  const bad = [
    'http://sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
    'https://a@sns.eu-west-1.amazonaws.com/x.pem',
    'https://sns.eu-west-1.amazonaws.com/x.pem?x',
    'https://sns.eu-west-1.amazonaws.com/a/../x.exe',
    'https://sns.eu-west-1.amazonaws.com/a/x.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
    'https://sns.eu-west-1.amazonaws.community/x.pem',
    'https://bucket.s3.amazonaws.com/x.pem',
    'https://sns.evil.example/x.pem',
    'https://xsns.eu-west-1.amazonaws.com/x.pem',
    'file:///x.pem',
    '',
    null,
    7,
  ];
  for (const address of bad)
    assert.equal(certificateAddress({ SigningCertURL: address }), undefined, String(address));
  assert.equal(isSnsAddress('https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription'), true);
});
