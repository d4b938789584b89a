import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, parseAddress, parseNetwork } from '../../shared/access/network.ts';

const inside = (network: string, address: string) => {
  const parsed = parseNetwork(network);
  const host = parseAddress(address);
  assert.ok(parsed && host, `${network} and ${address} must parse`);
  return contains(parsed, host);
};

test('addresses lie in their networks and in no others', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '203.0.113.9', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '::a01:203', false],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['10.1.2.0/23', '10.1.3.255', true],
    ['10.1.2.0/31', '10.1.2.2', false],
  ];
  for (const [network, address, expected] of cases)
    assert.equal(inside(network, address), expected, `${address} in ${network}`);
});

test('texts that other parsers read generously are no addresses here', () => {
  const disguises = [
    '010.0.0.1',
    '0x0a.0.0.1',
    '10.1',
    '167772161',
    '10.0.0.1.',
    ' 10.0.0.1',
    '10.0.0.256',
    '1.2.3',
    '1.2.3.4.5',
    '１.2.3.4',
    'fe80::1%eth0',
    '[::1]',
    '::1/64',
    ':::',
    '1::2::3',
    'g::1',
    '::ffff:010.0.0.1',
    '::10.1.2.3',
    '2001:db8::10.1.2.3',
    '::ffff:0:10.1.2.3',
    '12345::',
    '',
    'localhost',
    '10.0.0.1:80',
  ];
  for (const text of disguises) assert.equal(parseAddress(text), undefined, text);
});

test('networks with a wrong prefix or bits behind it are refused', () => {
  const wrong = [
    '10/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.1/8',
    '2001:db8::1/64',
    '::/129',
    '010.0.0.0/8',
    '10.0.0.0/255.0.0.0',
    '::ffff:10.0.0.0/90',
  ];
  for (const text of wrong) assert.equal(parseNetwork(text), undefined, text);
});
