/**
 * Where webhooks may not go: the table of tricks by which a URL or an address names something inside.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicAddress, readWebhookUrl } from '../../shared/reporting/webhook-address.ts';

const inside = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '168.63.129.16',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::10.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:168.63.129.16',
  '64:ff9b::a00:1',
  '64:ff9b:1::a00:1',
  '2001:0:1::',
  '2001:db8::1',
  '2002:a00:1::',
  '3fff::1',
  '4000::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
];

test('addresses that are not of the public internet are refused', () => {
  assert.deepEqual(inside.filter(isPublicAddress), []);
});

test('public addresses are not refused, also when they are mapped', () => {
  const outside = ['8.8.8.8', '20.50.2.3', '172.32.0.1', '::ffff:8.8.8.8', '2606:4700::1111', '2a01:111::1'];
  assert.deepEqual(outside.filter(isPublicAddress), outside);
});

test('nothing of a private IPv4 network is public, however it is written in a URL', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.constantFrom(10, 127), byte, byte, byte, (a, b, c, d) => {
      const number = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      const hex = number.toString(16);
      const forms = [`${a}.${b}.${c}.${d}`, `${number}`, `0x${hex}`, `0${number.toString(8)}`];
      forms.push(`${a}.${((b << 16) | (c << 8) | d) >>> 0}`, `[::ffff:${a}.${b}.${c}.${d}]`, `0x${hex}.`);
      for (const form of forms) assert.ok(!readWebhookUrl(`https://${form}/`, false).ok, form);
    }),
  );
});

test('a URL that cannot be used is refused with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['no url', /must be a URL/],
    [`https://a.example/${'x'.repeat(2048)}`, /2,048/],
    ['http://hooks.example/', /https/],
    ['ftp://hooks.example/', /https/],
    ['file:///etc/passwd', /https/],
    ['http://localhost/', /https/],
    ['https://user:secret@hooks.example/', /user name/],
    ['https://169.254.169.254/metadata', /public internet/],
    ['https://[::1]/', /public internet/],
    ['https://[fd00::1]/', /public internet/],
    ['https://①②⑦.0.0.1/', /public internet/],
    ['https://127.1/', /public internet/],
  ];
  for (const [url, expected] of cases) {
    const read = readWebhookUrl(url, false);
    assert.ok(!read.ok, url);
    assert.match(read.reason, expected, url);
  }
  assert.ok(readWebhookUrl('https://hooks.example:8443/a?b=c', false).ok);
});

test('where private addresses are allowed, plain http goes to this machine only', () => {
  for (const url of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]/', 'https://10.0.0.1/']) {
    assert.ok(readWebhookUrl(url, true).ok, url);
  }
  for (const url of ['http://10.0.0.1/', 'http://hooks.example/']) {
    assert.ok(!readWebhookUrl(url, true).ok, url);
  }
});
