import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { decodeWords, type Email } from 'postal-mime';
import { parseMailbox } from '../../shared/message/address.ts';
import { filenameFault } from '../../shared/message/attachment.ts';
import { parseHeader } from '../../shared/message/header.ts';
import type { Message } from '../../shared/message/message.ts';
import { estimateMimeBytes, mimeBytesAtMost, toMailOptions } from '../../shared/message/mime.ts';
import { textFromHtml } from '../../shared/message/text.ts';

const base: Message = {
  from: { address: 'ann@example.com' },
  to: [{ address: 'bo@example.com' }],
  cc: [],
  bcc: [],
  replyTo: [],
  subject: 'Hello',
  text: 'Hello\n',
  headers: [],
  attachments: [],
  importance: 'normal',
  saveToSentItems: true,
};

async function compose(message: Message, contents: readonly (Buffer | Readable)[] = []): Promise<Buffer> {
  const options = toMailOptions(
    { messageId: '<1@example.com>', date: new Date('2026-11-20T10:00:00Z'), message },
    contents,
  );
  const node = new MailComposer(options).compile();
  node.keepBcc = true;
  return await node.build();
}

/** A header of a parsed message, decoded. */
const headerOf = (mail: Email, name: string) =>
  decodeWords(mail.headers.find(({ key }) => key === name)?.value ?? '');

/** Text as it was before the line breaks of mail. */
const lines = (body = '') => body.replaceAll(/\r\n?/g, '\n').trimEnd();

/** Names of the header fields of a composed message, unfolded, and the longest line of all. */
function shape(raw: Buffer): { names: string[]; longest: number } {
  const text = raw.toString('latin1');
  const header = text.slice(0, text.indexOf('\r\n\r\n'));
  const names = header
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  return { names, longest: Math.max(...text.split('\r\n').map((line) => line.length)) };
}

describe('composed and parsed again', () => {
  test('everything survives', async () => {
    const html = '<p>Grüße <img src="cid:logo@x"></p>';
    const bytes = [Buffer.from('GIF89a\r\n\0'), Buffer.from('ä,ö\n1,2\n'), Buffer.alloc(0)];
    const message: Message = {
      ...base,
      from: { address: 'ann@example.com', name: 'Ann Müller, 部長 "Chefin"' },
      to: [{ address: 'bo@xn--mnchen-3ya.example', name: 'Bo' }, { address: 'c@example.com' }],
      cc: [{ address: 'd@example.com', name: 'Δημήτρης' }],
      bcc: [{ address: 'hidden@example.com' }],
      replyTo: [{ address: 'r@example.com', name: 'Reply; to' }, { address: 's@example.com' }],
      subject: 'Ünïcödé — 件名 — موضوع 🎉 and a tail long enough to be folded over several lines',
      text: 'Grüße\nzwei = 2 \n.\nFrom here\n',
      html,
      headers: [
        { name: 'X-TICKET-id', value: 'Ärger #42' },
        { name: 'List-Unsubscribe', value: '<https://x.example/u?t=1>, <mailto:u@x.example>' },
        { name: 'List-Id', value: '"News" <news.example.com>' },
        { name: 'References', value: '<a@b.example> <c@d.example>' },
        { name: 'Auto-Submitted', value: 'auto-generated' },
      ],
      attachments: [
        { filename: 'logo.gif', contentType: 'image/gif', contentId: 'logo@x', size: 9 },
        { filename: 'Bericht "März" – 報告.csv', contentType: 'text/csv', size: 10 },
        { filename: 'empty', contentType: 'application/octet-stream', size: 0 },
      ],
      importance: 'high',
    };
    const raw = await compose(message, [
      bytes[0] ?? '',
      Readable.from([bytes[1]]),
      bytes[2] ?? '',
    ] as Buffer[]);
    const mail = await PostalMime.parse(raw);

    assert.deepEqual(mail.from, { ...message.from });
    assert.deepEqual(mail.to?.map(plain), message.to.map(plain));
    assert.deepEqual(mail.cc?.map(plain), message.cc.map(plain));
    assert.deepEqual(mail.bcc?.map(plain), message.bcc.map(plain));
    assert.deepEqual(mail.replyTo?.map(plain), message.replyTo.map(plain));
    assert.equal(mail.subject, message.subject);
    assert.equal(mail.messageId, '<1@example.com>');
    assert.equal(new Date(mail.date ?? '').toISOString(), '2026-11-20T10:00:00.000Z');
    assert.equal(lines(mail.text), lines(message.text));
    assert.equal(mail.html?.trimEnd(), html);
    assert.equal(headerOf(mail, 'x-ticket-id'), 'Ärger #42');
    assert.equal(headerOf(mail, 'list-unsubscribe'), '<https://x.example/u?t=1>, <mailto:u@x.example>');
    assert.equal(headerOf(mail, 'list-id'), '"News" <news.example.com>');
    assert.equal(headerOf(mail, 'references'), '<a@b.example> <c@d.example>');
    assert.equal(headerOf(mail, 'importance'), 'high');
    assert.equal(headerOf(mail, 'x-priority'), '1 (Highest)');
    assert.ok(raw.includes('X-TICKET-id: '));
    assert.deepEqual(
      mail.attachments.map(({ filename, mimeType, contentId, disposition, content }) => ({
        filename,
        mimeType,
        contentId: contentId ?? '',
        disposition,
        content: Buffer.from(content as ArrayBuffer).toString('base64'),
      })),
      message.attachments.map(({ filename, contentType, contentId }, i) => ({
        filename,
        mimeType: contentType,
        contentId: contentId === undefined ? '' : `<${contentId}>`,
        disposition: contentId === undefined ? 'attachment' : 'inline',
        content: (bytes[i] ?? Buffer.alloc(0)).toString('base64'),
      })),
    );
    assert.ok(shape(raw).longest <= 998);
    assert.ok(raw.length <= estimateMimeBytes(message));
    assert.match(raw.toString(), /filename\*0\*=utf-8''/);
  });

  test('the parts stand in each other as mail programs expect', async () => {
    const attachments = [
      { filename: 'i.png', contentType: 'image/png', contentId: 'i', size: 1 },
      { filename: 'a.pdf', contentType: 'application/pdf', size: 1 },
    ];
    const raw = await compose({ ...base, html: '<img src="cid:i">', attachments }, [
      Buffer.from('1'),
      Buffer.from('2'),
    ]);
    const types = [...raw.toString().matchAll(/^Content-Type: ([^;\r]+)/gm)].map(([, type]) => type);
    assert.deepEqual(
      types,
      [
        'multipart/mixed',
        'multipart/alternative',
        'text/plain',
        'multipart/related',
        'text/html',
        'image/png',
        'application/pdf',
      ].toSorted((a, b) => types.indexOf(a) - types.indexOf(b)),
    );
    assert.equal(types.length, 7);
  });

  test('an inline image without HTML is attached; an empty message is one', async () => {
    const attachments = [{ filename: 'i.png', contentType: 'image/png', contentId: 'i', size: 1 }];
    const mail = await PostalMime.parse(await compose({ ...base, attachments }, [Buffer.from('1')]));
    assert.equal(mail.attachments.length, 1);
    const empty = await PostalMime.parse(await compose({ ...base, subject: '', text: '' }));
    assert.equal(empty.subject, undefined);
    assert.equal(empty.text?.trim() ?? '', '');
  });

  test('text is encoded in the shorter way', async () => {
    const latin = (await compose({ ...base, text: 'Viele Grüße aus der Stadt\n'.repeat(20) })).toString();
    assert.match(latin, /quoted-printable/);
    assert.match(latin, /^Viele Gr=C3=BC=C3=9Fe aus der Stadt\r$/m);
    const cyrillic = (await compose({ ...base, text: 'Привет, мир\n'.repeat(20) })).toString();
    assert.match(cyrillic, /Content-Transfer-Encoding: base64/);
  });

  test('what looks like an encoded-word is read as it was written', async () => {
    const literal = '=?utf-8?Q?hello?= and =?utf-8?B?aGk=?=';
    const message = { ...base, subject: literal, headers: [{ name: 'X-A', value: literal }] };
    const mail = await PostalMime.parse(await compose(message));
    assert.equal(mail.subject, literal);
    assert.equal(headerOf(mail, 'x-a'), literal);
  });

  test('files and URLs are never opened', async () => {
    const options = toMailOptions({ messageId: '<1@x.example>', date: new Date(0), message: base }, []);
    assert.equal(options.disableFileAccess, true);
    assert.equal(options.disableUrlAccess, true);
  });
});

const plain = (mailbox: { readonly name?: string | undefined; readonly address?: string | undefined }) => ({
  name: mailbox.name ?? '',
  address: mailbox.address,
});

/** Composes, parses, and compares what must hold whatever the text. */
async function check(message: Message, contents: Buffer[], expected: readonly string[]): Promise<void> {
  const raw = await compose(message, contents);
  const { names, longest } = shape(raw);
  assert.deepEqual(names.toSorted(), expected.toSorted());
  assert.ok(longest <= 998, `a line of ${longest}`);
  assert.ok(raw.length <= estimateMimeBytes(message), `${raw.length} > ${estimateMimeBytes(message)}`);
  const mail = await PostalMime.parse(raw);
  assert.deepEqual(
    [mail.to, mail.cc, mail.bcc].map((list) => list?.length ?? 0),
    [1, 0, 0],
  );
}

describe('hostile text in every slot', () => {
  const pieces = fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\r\n\r\n',
        '\0',
        '\u0085',
        '\u2028',
        '\t',
        ' ',
        '  ',
        ' '.repeat(90),
        'Bcc: evil@example.org',
        'X-Evil: 1',
        '=?utf-8?Q?=0D=0ABcc:_evil@example.org?=',
        '=?',
        '?=',
        '=0D=0A',
        '%0d%0a',
        '"',
        '\\',
        '<',
        '>',
        ',',
        ';',
        ':',
        '(',
        ')',
        '@',
        '--',
        'boundary=',
        'ä',
        '文',
        '🎉',
        '\u202e',
        'word',
        'x'.repeat(80),
        'é'.repeat(60),
        'evil@example.org',
        "'",
        '*',
        '=',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

  const always = ['from', 'to', 'subject', 'message-id', 'date', 'mime-version', 'content-type'];

  test('validated text comes through byte for byte, and adds no header', async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        pieces,
        pieces,
        pieces,
        pieces,
        async (subject, name, value, filename, text) => {
          const oneLine = subject.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '').trim();
          const from = parseMailbox(`"${name.replaceAll(/["\\]/g, '\\$&')}" <a@b.example>`);
          const slot = parseHeader('X-Slot', value);
          const file = filenameFault(filename) === undefined ? filename.trim() : 'a.txt';
          const message: Message = {
            ...base,
            subject: `s${oneLine}`,
            from: from.ok ? from.mailbox : base.from,
            headers: slot.ok ? [slot.field] : [],
            text: text.replaceAll('\0', ''),
            attachments: [{ filename: file, contentType: 'text/plain', size: 3 }],
          };
          const alone = message.text === '' && message.attachments.length === 1;
          const single = ['content-transfer-encoding', 'content-disposition'];
          const expected = [...always, ...(alone ? single : []), ...(slot.ok ? ['x-slot'] : [])];
          await check(message, [Buffer.from('abc')], expected);
          const mail = await PostalMime.parse(await compose(message, [Buffer.from('abc')]));
          assert.equal(mail.subject, message.subject);
          assert.equal(mail.from?.address, message.from.address);
          if (message.from.name) assert.equal(mail.from?.name, message.from.name);
          if (slot.ok) {
            assert.equal(headerOf(mail, 'x-slot'), slot.field.value);
          }
          assert.equal(mail.attachments[0]?.filename, file);
          assert.equal(lines(mail.text), lines(message.text));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('even unvalidated text ends no line', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, pieces, pieces, pieces, async (subject, name, value, filename) => {
        const message: Message = {
          ...base,
          subject: `s${subject}`,
          from: { address: 'a@b.example', name: `n${name}` },
          headers: [{ name: 'X-Slot', value: `v${value}` }],
          attachments: [
            { filename: `f${filename}`, contentType: 'text/plain', contentId: `c${value}`, size: 3 },
          ],
        };
        const { names } = shape(await compose(message, [Buffer.from('abc')]));
        assert.deepEqual(names.toSorted(), [...always, 'x-slot'].toSorted());
      }),
      { numRuns: 200 },
    );
  });
});

describe('the estimate', () => {
  test('is never less than the message, and not much more when that matters', async () => {
    const unit = fc.constantFrom(
      'a',
      'é',
      '文',
      '🎉',
      '=',
      '\n',
      '\r\n',
      ' ',
      ' \n',
      '.',
      'word ',
      '\t',
      '"',
      '\u0001',
    );
    const text = fc.array(unit, { maxLength: 3000 }).map((units) => units.join(''));
    const name = fc
      .array(unit, { maxLength: 60 })
      .map((units) => units.join('').replaceAll(/[\p{Cc}]/gu, ''));
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        name,
        name,
        fc.nat(5000),
        async (plainText, html, subject, filename, size) => {
          const message: Message = {
            ...base,
            subject,
            text: plainText,
            html,
            from: { ...base.from, name: `n${subject}` },
            to: Array.from({ length: 3 }, (_, i) => ({ address: `a${i}@example.com`, name: `n${subject}` })),
            headers: [{ name: 'X-A', value: `v${subject}` }],
            attachments: [{ filename: `f${filename}`, contentType: 'text/plain', size }],
          };
          const raw = await compose(message, [Buffer.alloc(size, 7)]);
          assert.ok(
            raw.length <= estimateMimeBytes(message),
            `${raw.length} > ${estimateMimeBytes(message)}`,
          );
          assert.ok(estimateMimeBytes(message) <= mimeBytesAtMost(message));
        },
      ),
      { numRuns: 200 },
    );
    for (const sample of [
      'Plain English text, line by line.\n',
      'Grüße aus Köln\n',
      'Привет, мир\n',
      '短い文章です。\n',
    ]) {
      const message = { ...base, text: sample.repeat(20_000) };
      const { length } = await compose(message);
      const estimate = estimateMimeBytes(message);
      assert.ok(length <= estimate && estimate < length * 1.25, `${sample.trim()}: ${length} of ${estimate}`);
    }
    // The worst of each kind, far beyond what the fixed allowances hide.
    const worst: readonly Partial<Message>[] = [
      { text: ' \n'.repeat(20_000) },
      { text: `${'w'.repeat(51)} `.repeat(5000) },
      { text: `${'=C'.repeat(30)} plain text that is long enough for quoted-printable `.repeat(1000) },
      { text: `${'a'.repeat(9)}é`.repeat(5000) },
      { to: Array.from({ length: 500 }, () => ({ address: 'a@example.com', name: 'aé'.repeat(100) })) },
      { to: Array.from({ length: 500 }, () => ({ address: 'a@example.com', name: '"'.repeat(200) })) },
      { headers: Array.from({ length: 50 }, (_, i) => ({ name: `X-${i}`, value: 'ae é'.repeat(500) })) },
      { headers: Array.from({ length: 50 }, (_, i) => ({ name: `X-${i}`, value: `é${'"a '.repeat(600)}` })) },
      { headers: Array.from({ length: 50 }, (_, i) => ({ name: `X-${i}`, value: 'a '.repeat(990) })) },
    ];
    for (const fields of worst) {
      const message = { ...base, ...fields };
      const { length } = await compose(message);
      assert.ok(length <= estimateMimeBytes(message), `${length} > ${estimateMimeBytes(message)}`);
    }
    const files = {
      ...base,
      attachments: Array.from({ length: 20 }, () => ({
        filename: 'é;'.repeat(127),
        contentType: 'x/y',
        size: 0,
      })),
    };
    const named = await compose(
      files,
      files.attachments.map(() => Buffer.alloc(0)),
    );
    assert.ok(named.length <= estimateMimeBytes(files));
    const message = { ...base, attachments: [{ filename: 'a', contentType: 'x/y', size: 1_000_000 }] };
    const { length } = await compose(message, [Buffer.alloc(1_000_000)]);
    assert.ok(length <= estimateMimeBytes(message) && estimateMimeBytes(message) < length + 3000);
  });

  test('holds for an attached message, which is not base64', async () => {
    const bytes = Buffer.from('Subject: x\r\n\r\nläuft\r\n');
    const message = {
      ...base,
      attachments: [{ filename: 'm.eml', contentType: 'message/rfc822', size: bytes.length }],
    };
    const raw = await compose(message, [bytes]);
    assert.ok(raw.includes(bytes));
    assert.ok(raw.length <= estimateMimeBytes(message));
  });
});

test('a text part made from HTML goes beside it', async () => {
  const html = '<p>See <a href="https://x.example/">x</a></p>';
  const mail = await PostalMime.parse(await compose({ ...base, html, text: await textFromHtml(html) }));
  assert.equal(mail.text?.trim(), 'See x (https://x.example/)');
});
