/**
 * How long a refusal takes tells nothing of how near a key was: an unknown id, a known one with another secret, and one that is wrong at
 * its very end all take as long.
 *
 * Interleaved samples in changing order, and medians of many: a pause of the machine falls on all kinds alike. The bound is generous; it
 * finds what answers before the hash is made, which takes a quarter of the time, and not what a laboratory would.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { authorize, type Credentials } from '../../shared/access/authorize.ts';
import { buildRegister } from '../../shared/access/register.ts';
import { Secret } from '../../shared/platform/secret.ts';

const now = new Date('2026-11-28T12:00:00Z');
const key = makeApiKey(randomBytes(keyEntropyBytes));
const register = buildRegister({
  submitters: [{ name: 'app', senders: ['alerts@contoso.com'], networks: [], disabled: false }],
  keys: [{ id: key.id, submitter: 'app', hash: key.hash, createdAt: now }],
});

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** A key with this id and secret and the checksum that belongs to them: only such a one is looked up. */
function wellFormed(id: string, secret: string): string {
  let sum = crc32(`${id}_${secret}`);
  let checksum = '';
  for (let i = 0; i < 7; i++) {
    checksum = digits[sum & 31] + checksum;
    sum >>>= 5;
  }
  return `pr_${id}_${secret}${checksum}`;
}

const secret = key.text.slice(12, 44);
const other = (digit: string | undefined) => (digit === '7' ? '8' : '7');
const kinds: Readonly<Record<string, string>> = {
  'an unknown id': wellFormed(other(key.id[0]) + key.id.slice(1), secret),
  'a wrong first digit': wellFormed(key.id, other(secret[0]) + secret.slice(1)),
  'a wrong last digit': wellFormed(key.id, secret.slice(0, -1) + other(secret.at(-1))),
};

/** Nanoseconds that one refusal takes, from so many at a time that the clock can tell. */
function measure(text: string): number {
  const credentials: Credentials = {
    shown: { kind: 'key', text: new Secret(text), carrier: 'bearer' },
    clientAddress: undefined,
  };
  const each = 20;
  const start = process.hrtime.bigint();
  for (let i = 0; i < each; i++) authorize(register, credentials, 'submit', now);
  return Number(process.hrtime.bigint() - start) / each;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test('a refused key takes as long whatever is wrong with it', () => {
  assert.equal(wellFormed(key.id, secret), key.text);
  const names = Object.keys(kinds);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < 1300; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length] ?? '';
      const time = measure(kinds[name] ?? '');
      // The first rounds are those of a cold engine.
      if (round >= 300) times.get(name)?.push(time);
    }
  }
  const medians = names.map((name) => median(times.get(name) ?? []));
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  const told = names.map((name, i) => `${name}: ${Math.round(medians[i] ?? 0)} ns`).join(', ');
  assert.ok(most / least < 1.3, told);
});
