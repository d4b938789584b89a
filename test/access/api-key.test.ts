import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  apiKeyId,
  hashApiKey,
  keyEntropyBytes,
  makeApiKey,
  matchesHash,
} from '../../shared/access/api-key.ts';
import { Secret } from '../../shared/platform/secret.ts';

const idOf = (text: string) => apiKeyId(new Secret(text));
const matches = (text: string, hash: string) => matchesHash(new Secret(text), hash);

test('a key carries prefix, id, 160 bits of secret and a checksum', () => {
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  assert.match(key.text, /^pr_[0-9a-z]{8}_[0-9a-z]{39}$/);
  assert.equal(idOf(key.text), key.id);
  assert.equal(key.hash, hashApiKey(key.text));
  assert.ok(!key.text.includes(key.hash));
});

test('every bit of the randomness is in the key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 25, maxLength: 25 }), fc.nat(199), (bytes, bit) => {
      const other = Uint8Array.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.notEqual(makeApiKey(bytes).text, makeApiKey(other).text);
    }),
  );
});

test('a mistyped or cut key is recognised without a look-up', () => {
  const { text } = makeApiKey(randomBytes(keyEntropyBytes));
  for (const wrong of [
    text.slice(0, -1),
    `${text}0`,
    text.toUpperCase(),
    text.replace('pr_', 'sk_'),
    ` ${text}`,
    '',
    'pr__',
  ]) {
    assert.equal(idOf(wrong), undefined, wrong);
  }
  for (let at = 12; at < text.length; at++) {
    const swapped = text.slice(0, at) + (text[at] === '7' ? '8' : '7') + text.slice(at + 1);
    assert.equal(idOf(swapped), undefined, `character ${at}`);
  }
});

test('only the whole key matches its hash', () => {
  const { text, hash } = makeApiKey(randomBytes(keyEntropyBytes));
  assert.ok(matches(text, hash));
  assert.ok(!matches(`${text} `, hash));
  assert.ok(!matches(text, ''));
  assert.ok(!matches(text, hash.slice(2)));
});
