import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { textFromHtml } from '../../shared/message/text.ts';
import { assertLight } from '../effort.ts';

describe('text from HTML', () => {
  const samples: Readonly<Record<string, readonly [html: string, text: string]>> = {
    paragraphs: ['<h1>Hello</h1><p>Dear <b>Ann</b>,</p><p>bye<br>now</p>', 'Hello\n\nDear Ann,\n\nbye\nnow'],
    links: [
      '<a href="https://x.example/?a=1&amp;b=2">report</a> <a href="https://x.example/">https://x.example/</a> <a href="#top">top</a>',
      'report (https://x.example/?a=1&b=2) https://x.example/ top',
    ],
    lists: ['<ul><li>one<li>two</ul>', '* one\n * two'],
    tables: ['<table><tr><th>Host<th>Free<tr><td>db-1<td>7 %</table>', 'Host  Free\ndb-1  7 %'],
    images: ['<img src="cid:logo" alt="Example Ltd"><img src="https://x.example/pixel.gif">', 'Example Ltd'],
    'what is not shown': ['<title>T</title><style>p{}</style><script>x()</script><p>y</p><!-- z -->', 'y'],
    entities: ['&lt;b&gt; &amp; &eacute; &#x1F389; &nbsp;.', '<b> & é 🎉 \u00a0.'],
    'no tags': ['just text', 'just text'],
    nothing: ['<p> </p>', ''],
    scripts: ['<p>Grüße</p><p>مرحبا</p><p>こんにちは</p>', 'Grüße\n\nمرحبا\n\nこんにちは'],
    'inline data': [`<img src="data:image/png;base64,${'A'.repeat(2_000_000)}"><p>after</p>`, 'after'],
  };
  for (const [name, [html, text]] of Object.entries(samples)) {
    test(name, async () => assert.equal(await textFromHtml(html), text));
  }

  test('is cut when the HTML is very long', async () => {
    const text = await textFromHtml('<p>12345</p>'.repeat(200_000));
    assert.ok(text.endsWith('…') && text.length < 1_100_000);
  });
});

describe('hostile HTML', () => {
  const deep = 150_000;
  const hostile: Readonly<Record<string, string>> = {
    'open elements': '<div>'.repeat(deep) + 'end',
    'open inline elements': '<b>'.repeat(deep) + 'end',
    'wrong closing tags': ('<i>'.repeat(900) + '</b>'.repeat(900)).repeat(100) + 'end',
    'closing tags': '<b>'.repeat(1900) + '</i>'.repeat(deep) + '</b>'.repeat(1900) + 'end',
    tables: '<table><tr><td>'.repeat(50_000) + 'end',
    quotes: '<blockquote>'.repeat(1900) + '</blockquote>'.repeat(1900) + 'end',
    'open tags': '<a '.repeat(deep) + '>end',
    'less-than': '<'.repeat(900_000) + 'end',
    attributes: `<a ${'x="y" '.repeat(100_000)}>end`,
    comments: '<!--'.repeat(deep) + '-->end',
    data: 'data:a/'.repeat(100_000) + 'end',
    spaces: `<pre>${' '.repeat(900_000)}end`,
    'half a character': `<p>end &#xD83D;\u{d83d}`,
  };
  for (const [name, html] of Object.entries(hostile)) {
    test(name, async () => {
      // Loose on purpose: without the limits these take from three seconds to minutes.
      await assertLight(1500, async () => assert.ok((await textFromHtml(html)).isWellFormed()));
    });
  }

  test('never throws', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '<p',
      '<td>',
      '<table>',
      '"',
      '=',
      '&',
      '&#x',
      ';',
      '<!--',
      '-->',
      ' ',
      'a',
      '<a href="x">',
      '<![CDATA[',
      '<?',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        assert.equal(typeof (await textFromHtml(pieces.join(''))), 'string');
      }),
      { numRuns: 500 },
    );
  });
});
