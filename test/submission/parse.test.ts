import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Problem } from '../../shared/platform/problem.ts';
import { parseSubmission, type Submission } from '../../shared/submission/parse.ts';
import { accepted, fault, minimal, parse, problem } from './submitted.ts';

const bytesOf = (submission: Submission, index: number) =>
  Buffer.concat([...(submission.attachments[index]?.chunks() ?? [])]);

describe('a submission', () => {
  test('of the least there can be', async () => {
    assert.deepEqual(await accepted(minimal), {
      message: {
        from: { address: 'ann@example.com' },
        to: [{ address: 'bo@example.com' }],
        cc: [],
        bcc: [],
        replyTo: [],
        subject: 'Hello',
        text: 'Hi',
        headers: [],
        attachments: [],
        importance: 'normal',
        saveToSentItems: true,
      },
      attachments: [],
      tags: [],
      metadata: {},
    });
  });

  const full = {
    from: 'Jörg <j@münchen.example>',
    to: ['"Last, First" <a@example.com>', 'b@example.com'],
    cc: '山田 <c@example.com>',
    bcc: ['d@example.com'],
    reply_to: ['e@example.com', 'f@example.com'],
    subject: 'Ünïcödé 🎉',
    text: 'text\n',
    html: '<p>html</p>',
    headers: { 'X-Ticket': '42' },
    attachments: [
      { filename: 'a.txt', content: 'aGVsbG8=' },
      { filename: 'logo', content: 'AAEC', content_type: 'Image/PNG; x=y', content_id: '<logo>' },
    ],
    tags: [{ name: 'source', value: 'test ünit' }],
    importance: 'high',
    metadata: { host: 'db-1' },
    save_to_sent_items: false,
    on_unknown: 'hold',
  };

  test('with everything', async () => {
    const submission = await accepted(full);
    assert.deepEqual(submission.message, {
      from: { address: 'j@xn--mnchen-3ya.example', name: 'Jörg' },
      to: [{ address: 'a@example.com', name: 'Last, First' }, { address: 'b@example.com' }],
      cc: [{ address: 'c@example.com', name: '山田' }],
      bcc: [{ address: 'd@example.com' }],
      replyTo: [{ address: 'e@example.com' }, { address: 'f@example.com' }],
      subject: 'Ünïcödé 🎉',
      text: 'text\n',
      html: '<p>html</p>',
      headers: [{ name: 'X-Ticket', value: '42' }],
      attachments: [
        { filename: 'a.txt', contentType: 'text/plain', size: 5 },
        { filename: 'logo', contentType: 'image/png', contentId: 'logo', size: 3 },
      ],
      importance: 'high',
      saveToSentItems: false,
    });
    assert.equal(bytesOf(submission, 0).toString(), 'hello');
    assert.deepEqual([...bytesOf(submission, 1)], [0, 1, 2]);
    assert.deepEqual(submission.tags, full.tags);
    assert.deepEqual(submission.metadata, full.metadata);
    assert.equal(submission.onUnknown, 'hold');
  });

  test('in the spelling of the SDKs says the same', async () => {
    const { reply_to: replyTo, save_to_sent_items: saveToSentItems, on_unknown: onUnknown, ...rest } = full;
    const attachments = full.attachments.map(
      ({ content_type: contentType, content_id: contentId, ...file }) => ({
        ...file,
        ...(contentType === undefined ? {} : { contentType, contentId }),
      }),
    );
    const camel = await accepted({ ...rest, replyTo, saveToSentItems, onUnknown, attachments });
    assert.deepEqual(camel.message, (await accepted(full)).message);
    assert.equal(camel.onUnknown, 'hold');
  });

  test('may have null for what is not set', async () => {
    const nothing = Object.fromEntries(
      ['cc', 'bcc', 'replyTo', 'html', 'headers', 'attachments', 'tags', 'metadata', 'importance'].map(
        (name) => [name, null],
      ),
    );
    assert.deepEqual(await accepted({ ...minimal, ...nothing }), await accepted(minimal));
  });

  test('may come as any JSON type, with a byte order mark', async () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/vnd.example+json',
      'application/json; version=1',
    ]) {
      assert.ok(parse(`\ufeff${JSON.stringify(minimal)}`, type).ok, type);
    }
  });

  test('needs no "to" when there is cc or bcc', async () => {
    const { to: _, ...rest } = minimal;
    assert.equal((await accepted({ ...rest, bcc: ['x@example.com'] })).message.bcc.length, 1);
    await fault({ to: [], cc: [], bcc: undefined }, '#/to', /no recipient/);
  });

  test('may be empty, but must say so', async () => {
    assert.equal((await accepted({ ...minimal, text: '' })).message.text, '');
    assert.equal((await accepted({ ...minimal, subject: '' })).message.subject, '');
    const empty = await accepted({ ...minimal, text: undefined, html: '' });
    assert.deepEqual([empty.message.text, empty.message.html], ['', undefined]);
    await fault({ text: undefined }, '#/text', /both missing/);
    await fault({ subject: undefined }, '#/subject', /missing/);
  });

  test('of HTML alone stays HTML alone: the text part is made where it is needed', async () => {
    const html = await accepted({ ...minimal, text: undefined, html: '<p>See it</p>' });
    assert.deepEqual([html.message.text, html.message.html], [undefined, '<p>See it</p>']);
    const both = await accepted({ ...minimal, text: '', html: '<p>x</p>' });
    assert.deepEqual([both.message.text, both.message.html], [undefined, '<p>x</p>']);
  });

  test('with long text and long HTML keeps them as they are', async () => {
    const text = 'Zeile "ä"\r\n\t🎉'.repeat(5000);
    const { message } = await accepted({ ...minimal, text, html: text });
    assert.equal(message.text, text);
    assert.equal(message.html, text);
  });
});

describe('a large attachment', () => {
  const bytes = Buffer.alloc(3_000_001, 'Postrider');

  test('stays in the body and is decoded in pieces, as often as asked', async () => {
    const content = bytes.toString('base64');
    const body = Buffer.from(JSON.stringify({ ...minimal, attachments: [{ filename: 'a.bin', content }] }));
    const result = parse(body);
    assert.ok(result.ok);
    const [attachment] = result.value.attachments;
    assert.equal(attachment?.size, bytes.length);
    for (let i = 0; i < 2; i++) {
      const chunks: Uint8Array[] = [...(attachment?.chunks() ?? [])];
      assert.ok(chunks.every((chunk) => chunk.length <= 1024 * 1024));
      assert.deepEqual(Buffer.concat(chunks), bytes);
    }
  });

  test('comes with line breaks and escapes of all kinds', async () => {
    const lines = bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    const json = JSON.stringify({ ...minimal, attachments: [{ filename: 'a.bin', content: lines }] })
      .replaceAll('+', String.raw`\u002B`)
      .replaceAll('/', String.raw`\/`);
    assert.deepEqual(bytesOf(await accepted(json), 0), bytes);
  });

  test('that is broken at its end is refused', async () => {
    const content = `${bytes.toString('base64').slice(0, -5)}*AAA`;
    await fault(
      { attachments: [{ filename: 'a.bin', content }] },
      '#/attachments/0/content',
      /Character \d+ is no base64/,
    );
  });
});

describe('bodies that are refused whole', () => {
  test('another content type', async () => {
    for (const type of [
      undefined,
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'json',
      'application/json, text/plain',
      'text/json',
      'application/json; charset=utf-16',
    ]) {
      const { code, detail } = (parseSubmission(Buffer.from('{}'), type) as { problem: Problem }).problem;
      assert.equal(code, 'unsupported-media-type', type);
      assert.match(detail, /application\/json|UTF-8/);
    }
  });

  test('an empty one', async () => assert.equal((await problem('')).code, 'empty-body'));

  test('what is not JSON', async () => {
    for (const body of [
      ' ',
      '{',
      'hello',
      "{'from': 1}",
      '{"from":"a@b.c",}',
      Buffer.from([0xff, 0xfe, 0x7b, 0]),
      '<xml/>',
      'from=a&to=b',
    ]) {
      assert.equal((await problem(body)).code, 'invalid-json', String(body));
    }
  });

  test('deep nesting, dangerous keys, doubled keys, half characters', async () => {
    const open = JSON.stringify(minimal).slice(0, -1);
    for (const more of [
      `"metadata":${'{"a":'.repeat(100_000)}`,
      '"__proto__":{"importance":"high"}}',
      '"metadata":{"__proto__":"x"}}',
      '"headers":{"constructor":"x"}}',
      '"from":"evil@example.com"}',
      String.raw`"html":"\ud800"}`,
      String.raw`"metadata":{"a":"\udfff"}}`,
    ]) {
      assert.equal((await problem(`${open},${more}`)).code, 'invalid-json', more.slice(0, 40));
    }
  });

  test('JSON that is no object', async () => {
    for (const body of [
      'null',
      '[]',
      '"x"',
      '1',
      'true',
      JSON.stringify([minimal]),
      JSON.stringify('x'.repeat(20_000)),
    ]) {
      const { code, errors } = await problem(body);
      assert.equal(code, 'invalid-submission');
      assert.equal(errors?.[0]?.pointer, '#');
    }
  });
});

test('never rejects, whatever the JSON', async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const body = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'from',
        'to',
        'cc',
        'bcc',
        'reply_to',
        'replyTo',
        'subject',
        'text',
        'html',
        'headers',
        'attachments',
        'tags',
        'importance',
        'metadata',
        'on_unknown',
      ),
      fc.string({ maxLength: 5 }),
    ),
    fc.oneof(
      value,
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.array(
        fc.dictionary(
          fc.constantFrom(
            'filename',
            'content',
            'content_type',
            'contentType',
            'contentId',
            'name',
            'value',
            'path',
          ),
          value,
        ),
        { maxLength: 3 },
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(body, async (document) => {
      const result = parse(document);
      if (!result.ok) {
        for (const { pointer, detail } of result.problem.errors ?? []) {
          assert.match(pointer, /^#(?:\/[!-~]*)*$/);
          assert.match(detail, /^\P{Cc}+$/u);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
