/** Every fault a submission can have: where it is found and what is said. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accepted, fault, faults, minimal, problem } from './submitted.ts';
import { assertLight } from '../effort.ts';

describe('unknown fields', () => {
  const hints: Readonly<Record<string, RegExp>> = {
    recipients: /"recipients" is not a field of a submission; did you mean "to"\?/,
    body: /did you mean "text"/,
    message: /did you mean "text"/,
    sender: /did you mean "from"/,
    replyto: /did you mean "reply_to"/,
    ReplyTo: /did you mean "reply_to"/,
    Subject: /did you mean "subject"/,
    subjct: /did you mean "subject"/,
    HtmlBody: /did you mean "html"/,
    atachments: /did you mean "attachments"/,
    save_to_sentitems: /did you mean "save_to_sent_items"/,
    zzz: /remove it. The fields are: from, to, cc/,
    toString: /is not a field/,
    template: /not supported/,
    topic_id: /not supported/,
  };
  for (const [name, detail] of Object.entries(hints)) {
    test(name, () => fault({ [name]: 'x' }, `#/${name}`, detail));
  }

  test('in attachments and tags', async () => {
    const file = { filename: 'a', content: '' };
    await fault(
      { attachments: [file, { ...file, path: 'https://x.example/a' }] },
      '#/attachments/1/path',
      /base64/,
    );
    await fault({ attachments: [{ ...file, cid: 'x' }] }, '#/attachments/0/cid', /"content_id"/);
    await fault({ tags: [{ name: 'a', value: 'b', x: 1 }] }, '#/tags/0/x', /a tag/);
  });

  test('both spellings of one', async () => {
    await fault({ reply_to: 'a@example.com', replyTo: 'b@example.com' }, '#/replyTo', /only one/);
  });

  test('are quoted in short, whatever they are called', async () => {
    const found = await faults({ [`a/b~c\n${'é'.repeat(300)}`]: 1 });
    const [[pointer, detail] = ['', '']] = Object.entries(found);
    assert.ok(pointer.startsWith('#/a~1b~0c%0A%C3%A9'));
    assert.ok(detail.length < 300 && !detail.includes('\n'));
  });
});

describe('faults of fields', () => {
  const cases: readonly [fields: object, pointer: string, detail: RegExp][] = [
    [{ from: undefined }, '#/from', /missing/],
    [{ from: ['a@example.com'] }, '#/from', /must be an address/],
    [{ from: { email: 'a@example.com' } }, '#/from', /must be an address/],
    [{ from: 'x'.repeat(20_000) }, '#/from', /too long/],
    [{ from: 'a@example.com, b@example.com' }, '#/from', /Several/],
    [{ from: 'a@example.com\r\nBcc: b@example.com' }, '#/from', /U\+000D/],
    [{ to: 'nobody' }, '#/to', /no "@"/],
    [{ to: ['a@example.com', 'b@example.com\n'] }, '#/to/1', /U\+000A/],
    [{ to: [['a@example.com']] }, '#/to/0', /must be an address/],
    [{ cc: 5 }, '#/cc', /must be an address/],
    [{ bcc: [null] }, '#/bcc/0', /must be an address/],
    [{ replyTo: ['x'] }, '#/replyTo/0', /no "@"/],
    [{ reply_to: Array.from({ length: 51 }, (_, i) => `a${i}@example.com`) }, '#/reply_to', /51 addresses/],
    [{ subject: 'a\r\nBcc: b@example.com' }, '#/subject', /U\+000D/],
    [{ subject: 'a\u2028b' }, '#/subject', /U\+2028/],
    [{ subject: 7 }, '#/subject', /must be a string/],
    [{ subject: 's'.repeat(999) }, '#/subject', /998/],
    [{ subject: 's'.repeat(2_000_000) }, '#/subject', /with 2000000 bytes; at most 998 characters/],
    [{ from: 'x'.repeat(2_000_000) }, '#/from', /with 2000000 bytes; it must be an address/],
    [{ text: 'a\0b' }, '#/text', /Character 2 is NUL/],
    [{ html: 5 }, '#/html', /must be a string/],
    [{ html: `${'x'.repeat(50_000)}\0` }, '#/html', /NUL/],
    [{ headers: ['X-A: b'] }, '#/headers', /object/],
    [{ headers: { 'X-A': 1 } }, '#/headers/X-A', /string/],
    [{ headers: { 'X-A': 'b\r\nBcc: c@example.com' } }, '#/headers/X-A', /U\+000D/],
    [{ headers: { 'X-A\r\nBcc': 'c@example.com' } }, '#/headers/X-A%0D%0ABcc', /letters, digits/],
    [{ headers: { Subject: 'x' } }, '#/headers/Subject', /"subject"/],
    [
      { headers: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`X-${i}`, 'x'])) },
      '#/headers',
      /51 headers/,
    ],
    [{ attachments: {} }, '#/attachments', /list/],
    [{ attachments: ['a'] }, '#/attachments/0', /object/],
    [{ attachments: [null] }, '#/attachments/0', /object/],
    [{ attachments: [{ content: '' }] }, '#/attachments/0/filename', /missing/],
    [{ attachments: [{ filename: 'a' }] }, '#/attachments/0/content', /missing/],
    [
      { attachments: [{ filename: 'a', content: { type: 'Buffer', data: [1] } }] },
      '#/attachments/0/content',
      /buffer\.toString/,
    ],
    [{ attachments: [{ filename: 'a', content: 'not base64!' }] }, '#/attachments/0/content', /no base64/],
    [{ attachments: [{ filename: 'a', content: 'AAA' }] }, '#/attachments/0/content', /not complete/],
    [{ attachments: [{ filename: '../a', content: '' }] }, '#/attachments/0/filename', /folder/],
    [{ attachments: [{ filename: 'a\r\nb', content: '' }] }, '#/attachments/0/filename', /U\+000D/],
    [
      { attachments: [{ filename: 'a', content: '', contentType: 'x' }] },
      '#/attachments/0/contentType',
      /media type/,
    ],
    [
      { attachments: [{ filename: 'a', content: '', content_id: 'a\r\nb' }] },
      '#/attachments/0/content_id',
      /content id/,
    ],
    [
      { attachments: ['a', 'b'].map((filename) => ({ filename, content: '', contentId: 'same' })) },
      '#/attachments/1/contentId',
      /same content id/,
    ],
    [{ tags: [{ name: 'a b', value: 'x' }] }, '#/tags/0/name', /ASCII/],
    [{ tags: [{ name: 'a', value: 'x\n' }] }, '#/tags/0/value', /U\+000A/],
    [{ tags: { a: 'b' } }, '#/tags', /list/],
    [{ importance: 'urgent' }, '#/importance', /"low", "normal", "high"/],
    [{ metadata: { a: { b: 'c' } } }, '#/metadata/a', /string/],
    [{ metadata: { a: 'x'.repeat(501) } }, '#/metadata/a', /500/],
    [{ metadata: { '': 'x' } }, '#/metadata/', /1 to 64/],
    [
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`${i}`, 'x'])) },
      '#/metadata',
      /51 names/,
    ],
    [
      { metadata: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}`, 'x'.repeat(300)])) },
      '#/metadata',
      /8192/,
    ],
    [{ save_to_sent_items: 'false' }, '#/save_to_sent_items', /true or false/],
    [{ onUnknown: 'maybe' }, '#/onUnknown', /"retry", "hold"/],
  ];
  for (const [fields, pointer, detail] of cases) {
    test(`${pointer} ${JSON.stringify(fields).slice(0, 70)}`, () => fault(fields, pointer, detail));
  }

  test('come all at once', async () => {
    const found = await faults({
      from: 'x',
      to: ['a@example.com', 'b', 'c'],
      subject: undefined,
      text: undefined,
      headers: { From: 'x', 'X-A': 1 },
      attachments: [{ filename: '/', content: '*', contentType: 'x', contentId: ' ', url: 'x' }],
      tags: [{ name: '' }],
      importance: 1,
      metadata: [],
      sender: 'x',
    });
    assert.deepEqual(Object.keys(found).toSorted(), [
      '#/attachments/0/content',
      '#/attachments/0/contentId',
      '#/attachments/0/contentType',
      '#/attachments/0/filename',
      '#/attachments/0/url',
      '#/from',
      '#/headers/From',
      '#/headers/X-A',
      '#/importance',
      '#/metadata',
      '#/sender',
      '#/subject',
      '#/tags/0/name',
      '#/tags/0/value',
      '#/text',
      '#/to/1',
      '#/to/2',
    ]);
  });

  test('are sentences, and the first stands in the detail', async () => {
    const { detail, errors = [] } = await problem({ from: 'x', to: 'y', zzz: 1 });
    for (const { detail: sentence } of errors) assert.match(sentence, /^["A-Z].*[.?]$/s);
    assert.ok(detail.includes(errors[0]?.detail ?? '?'));
    const single = await problem({ ...minimal, to: 'y' });
    assert.match(single.detail, /^#\/to: There is no "@"/);
  });

  test('are at most fifty, then their number', async () => {
    const { errors = [] } = await problem({ ...minimal, to: Array.from({ length: 300 }, () => 'bad') });
    assert.equal(errors.length, 51);
    assert.deepEqual(errors.at(-1), {
      pointer: '#',
      detail: 'There are 250 more faults, 300 in all; correct these first.',
    });
  });
});

const people = (count: number, kind = 'a') =>
  Array.from({ length: count }, (_, i) => `${kind}${i}@example.com`);

describe('too many', () => {
  test('recipients', async () => {
    assert.equal((await accepted({ ...minimal, to: people(500) })).message.to.length, 500);
    await fault({ to: people(501) }, '#/to', /501 recipients; at most 500/);
    await fault({ to: people(10_000) }, '#/to', /10000 recipients/);
    await fault({ to: people(100), cc: people(200, 'b'), bcc: people(201, 'c') }, '#/bcc', /501 recipients/);
  });

  test('attachments and tags', async () => {
    const file = { filename: 'a', content: '' };
    assert.equal(
      (await accepted({ ...minimal, attachments: Array.from({ length: 100 }, () => file) })).attachments
        .length,
      100,
    );
    await fault({ attachments: Array.from({ length: 101 }, () => file) }, '#/attachments', /101 attachments/);
    await fault({ tags: Array.from({ length: 76 }, () => ({ name: 'a', value: 'b' })) }, '#/tags', /76 tags/);
  });

  test('of everything stays quick', async () => {
    const unknown = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [`${'attachmen'.repeat(20)}${i}`, 1]),
    );
    await assertLight(400, () => problem({ ...minimal, ...unknown }));
  });
});
