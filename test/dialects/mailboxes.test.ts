import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { named, objectMailbox, splitMailboxes } from '../../shared/dialects/mailboxes.ts';
import { substitute } from '../../shared/dialects/substitute.ts';
import { parseMailbox } from '../../shared/message/address.ts';

test('lists are split at their own commas', () => {
  assert.deepEqual(
    splitMailboxes('a@example.com, "Last, \\"F, x\\"" <l@example.com>,, Bob <b@example.com> ,'),
    ['a@example.com', '"Last, \\"F, x\\"" <l@example.com>', 'Bob <b@example.com>'],
  );
  assert.deepEqual(splitMailboxes(' '), []);
  assert.equal(splitMailboxes(7), 7);
});

test('whatever the name, the address alone decides who receives it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const read = parseMailbox(named('ann@example.com', name));
      if (read.ok) assert.equal(read.mailbox.address, 'ann@example.com');
    }),
  );
});

test('an address that is no text is handed on for the schema to refuse', () => {
  const strange = { email: { toString: 1 } };
  assert.equal(objectMailbox(strange, 'email', 'name'), strange.email);
  assert.equal(objectMailbox('a@example.com', 'email', 'name'), 'a@example.com');
});

test('what is put in is not replaced again, and cannot grow without end', () => {
  const table = new Map([
    ['-name-', '-other-'],
    ['-name-s', '$&'],
    ['-other-', 'no'],
  ]);
  assert.equal(substitute('-name- -name-s', table), '-other- $&');
  assert.equal(substitute('a'.repeat(10_000), new Map([['a', 'b'.repeat(10_000)]])), undefined);
});
