import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimmedEnd } from '../../shared/platform/trim.ts';
import { assertLight } from '../effort.ts';

test('only what stands at the end goes', () => {
  assert.equal(trimmedEnd(' .a. b. .', /[. ]/), ' .a. b');
  assert.equal(trimmedEnd('https://a.example//', /\//), 'https://a.example');
  assert.equal(trimmedEnd(' . ', /[. ]/), '');
  assert.equal(trimmedEnd('', /[. ]/), '');
});

test('a megabyte of it in the middle takes no time', () =>
  assertLight(200, () => {
    assert.equal(trimmedEnd(`a${' '.repeat(1_000_000)}b. `, /[. ]/).length, 1_000_002);
    assert.equal(trimmedEnd(`a${' '.repeat(1_000_000)}`, /[. ]/), 'a');
  }));
