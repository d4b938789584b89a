import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningsHeader, warningSentences } from '../../shared/message/warning.ts';

const warnings = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ field: `Field${i}`, detail: 'It was left out.' }));

test('the header is a list of strings, and says how many it leaves out', () => {
  assert.equal(warningsHeader([]), undefined);
  assert.equal(warningsHeader(warnings(2)), '"Field0", "Field1"');
  assert.match(warningsHeader(warnings(23)) ?? '', /, "Field19";more=3$/);
});

test('a name from outside breaks out of nothing', () => {
  const hostile = [{ field: 'a"\r\nSet-Cookie: b\\é', detail: 'x' }];
  assert.equal(warningsHeader(hostile), '"a_??Set-Cookie: b_?"');
  assert.deepEqual(warningSentences([{ field: 'x'.repeat(100), detail: 'Long.' }]), [
    `${'x'.repeat(60)}...: Long.`,
  ]);
});

test('the timeline keeps a sentence each, and no more than it can hold', () => {
  const sentences = warningSentences(warnings(30));
  assert.equal(sentences.length, 21);
  assert.equal(sentences[0], 'Field0: It was left out.');
  assert.equal(sentences.at(-1), '… and 10 more.');
});
