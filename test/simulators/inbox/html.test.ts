import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { html } from '../../../infra/simulators/inbox/html.ts';

test('what is put in is escaped, what was made here is not escaped again', () => {
  const inner = html`<b title="${'" onclick="x'}">${"<i>&'</i>"}</b>`;
  assert.equal(inner.text, '<b title="&quot; onclick=&quot;x">&lt;i&gt;&amp;&#39;&lt;/i&gt;</b>');
  assert.equal(html`<p>${inner}</p>`.text, `<p>${inner.text}</p>`);
});

test('lists are written out, and nothing leaves nothing behind', () => {
  assert.equal(html`${[1, '<', html`<hr />`, [undefined, null, false, 0]]}`.text, '1&lt;<hr />0');
});

test('no text gets out of its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(html`${text}`.text, /[<>"']/u);
    }),
  );
});
