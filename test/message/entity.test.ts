import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeEntities, escapeHtml } from '../../shared/message/entity.ts';
import { assertLight } from '../effort.ts';

test('entities are decoded once, and none makes a control character', () => {
  assert.equal(
    decodeEntities(
      '&#x1F6A8; &#10060; &amp;lt; &AMP; a&nbsp;b&#160;c &#13;&#10; &#0; &#x7; &#xD800; &#x110000; &bogus;',
    ),
    '🚨 ❌ &lt; & a b c \r\n &#0; &#x7; &#xD800; &#x110000; &bogus;',
  );
  assert.equal(decodeEntities('&if; &'), '&if; &');
});

test('what is escaped holds no markup, and decodes to what it was', () => {
  assert.equal(escapeHtml(`<a href="x">'&'`), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(escapeHtml(text), /[<>"']/);
      assert.equal(decodeEntities(escapeHtml(text)), text);
    }),
  );
});

test('a megabyte of half an entity takes no time', async () => {
  for (const piece of ['&', '&#', '&#x', '&#1', '&am', '&lt']) {
    const text = piece.repeat(1_000_000 / piece.length);
    await assertLight(100, () => decodeEntities(text), piece);
  }
});
