import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, liesIn, parseAddress, parseNetwork } from '../../shared/access/network.ts';
import { membership, traps } from './vectors/networks.ts';

test('what lies in a network, and what does not', () => {
  for (const [network, address, expected] of membership) {
    const [parsed, host] = [parseNetwork(network), parseAddress(address)];
    assert.ok(parsed && host, `${network}, ${address}`);
    assert.equal(contains(parsed, host), expected, `${address} in ${network}`);
    assert.equal(liesIn(host, [network]), expected);
  }
});

test('what is no network holds nobody', () => {
  const everybody = ['10.0.0.1', '0.0.0.0', '255.255.255.255', '::', '::1', '2001:db8::1', '::ffff:a00:1'];
  for (const text of traps) {
    assert.equal(parseNetwork(text), undefined, JSON.stringify(text));
    for (const address of everybody)
      assert.ok(!liesIn(parseAddress(address), [text]), `${address} in ${text}`);
  }
});
