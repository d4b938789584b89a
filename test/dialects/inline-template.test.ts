/** Templates in the request: names are filled in once, and whatever else stands in braces is told, not guessed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillInline } from '../../shared/dialects/inline-template.ts';

const variables = { name: '{{order.id}} <b>', order: { id: 7, list: [1] }, none: null };
const filled = (text: string) => ({ kind: 'filled', text });

test('a name is filled in once, by its path', () => {
  assert.deepEqual(
    fillInline('{{name}} {{ order.id }}{{{name}}}.', variables),
    filled('{{order.id}} <b> 7{{order.id}} <b>.'),
  );
});

test('what has no value, or is more than a name, is told', () => {
  for (const name of ['nobody', 'none', 'order', 'order.list', 'constructor', '__proto__.a', 'name.length']) {
    assert.deepEqual(fillInline(`{{${name}}}`, variables), { kind: 'missing', name });
  }
  for (const text of ['{{#if a}}', '{{> x}}', '{{a', '{{{a}}', '{{}}', `{{${'a'.repeat(300)}}}`]) {
    assert.deepEqual(fillInline(text, variables), { kind: 'unknown' }, text);
  }
  assert.deepEqual(fillInline('{{a}}'.repeat(60), { a: 'x'.repeat(100_000) }), { kind: 'too-long' });
});

test('a text without double braces stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('{{'));
      assert.deepEqual(fillInline(text, {}), filled(text));
    }),
  );
});
