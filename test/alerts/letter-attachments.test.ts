import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertFile } from '../../shared/alerts/alert.ts';
import { attach, sizeOf } from '../../shared/alerts/letter/attached.ts';
import { pictureIn } from '../../shared/alerts/letter/picture.ts';
import {
  attachmentLimit,
  filenameFault,
  parseContentId,
  parseMediaType,
} from '../../shared/message/attachment.ts';
import { gradient } from '../simulators/inbox/sample-mails.ts';
import { assertLight } from '../effort.ts';

const raw = (contentType: string, bytes: Uint8Array | number) => ({
  contentType,
  bytes: typeof bytes === 'number' ? Buffer.from(`[${' '.repeat(bytes - 2)}]`) : bytes,
});
const file = (
  filename: string,
  bytes: Uint8Array = Buffer.from('x'),
  contentType = 'text/plain',
): AlertFile => ({
  filename,
  contentType,
  bytes,
});
/** A JPEG as far as its frame header: APP0, a fill byte, a table, SOF2. */
const jpeg = Buffer.from('ffd8ffe000040000ffffc400040000ffc2000b080960064001010000', 'hex');

test('the body is attached under a name that opens in an editor, never in a browser', () => {
  const data = JSON.stringify({ text: 'x'.repeat(2000) });
  const page = `<script>alert(1)</script>${' '.repeat(2000)}`;
  const cases = [
    ['application/json; charset=utf-8', data, 'body.json', 'application/json'],
    ['application/x-www-form-urlencoded', data, 'body.json', 'application/json'],
    ['', data, 'body.json', 'application/json'],
    ['application/json', `${data}}`, 'body.txt', 'text/plain'],
    ['text/html', page, 'body.txt', 'text/plain'],
    ['image/svg+xml', page, 'body.txt', 'text/plain'],
    ['text/csv', page, 'body.csv', 'text/csv'],
    ['application/x-msdownload', `${data}\0`, 'body.bin', 'application/octet-stream'],
    ['text/plain', Buffer.from(data.replaceAll('x', 'é'), 'latin1'), 'body.bin', 'application/octet-stream'],
  ] as const;
  for (const [type, content, filename, contentType] of cases) {
    const { attachments, body } = attach([], raw(type, Buffer.from(content)));
    assert.deepEqual(
      attachments.map((each) => [each.filename, each.contentType, each.contentId]),
      [[filename, contentType, undefined]],
      type,
    );
    assert.equal(body, filename);
  }
});

test('a body that says no more than the letter, that is a file already, or that is huge, is not attached', () => {
  const photo = gradient(40, 40);
  assert.equal(attach([], raw('text/plain', 1023)).body, undefined);
  assert.equal(attach([], raw('text/plain', 1024)).body, 'body.json');
  assert.equal(attach([], raw('application/json', 95)).body, undefined);
  assert.equal(attach([], raw('application/json', 96)).body, 'body.json');
  assert.equal(attach([], raw('multipart/form-data', 5000)).body, undefined);
  assert.equal(attach([file('a.png', photo)], raw('image/png', photo)).body, undefined);
  assert.equal(attach([], raw('application/json', 1024 * 1024)).body, 'body.json');
  const huge = attach([], raw('application/json', 1024 * 1024 + 1));
  assert.equal(huge.body, undefined);
  assert.deepEqual(huge.notes, ['The body of the request has 1.0 MB and is too large to be attached.']);
});

test('names are unique, and fit for a file system and for a header', () => {
  const names = [
    '../../etc/passwd',
    'C:\\x\\a.txt',
    'a.txt',
    'A.TXT',
    'body.json',
    '..',
    '',
    'a\r\nb\0.txt',
    '\u202etxt.exe',
    'q?.txt',
  ];
  const { attachments } = attach(
    names.map((name) => file(name)),
    raw('application/json', 500),
  );
  assert.deepEqual(
    attachments.map(({ filename }) => filename),
    [
      'passwd',
      'a.txt',
      'a-2.txt',
      'A-3.TXT',
      'body-2.json',
      'file-6.txt',
      'file-7.txt',
      'a b.txt',
      'txt.exe',
      'q_.txt',
      'body.json',
    ],
  );
});

test('names that are one long run of dots and spaces take no time', async () => {
  const files = Array.from({ length: 99 }, (_, number) => file(`a${'. '.repeat(9000)}${number}`));
  // Seconds for each of them, when every place in the run is tried.
  await assertLight(300, () => assert.equal(attach(files, undefined).attachments.length, 99));
});

test('whatever files are called, the message takes them', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '=?utf-8?Q?a?=',
      '=_',
      'x'.repeat(400),
      `${'😀'.repeat(60)}.png`,
      '.',
      '. .',
      'CON',
      '\ud800.txt',
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ maxLength: 20 })), { maxLength: 120 }), (files) => {
      const { attachments, notes } = attach(
        files.map(([filename, type]) => file(filename, gradient(2, 2), type)),
        raw('application/json', 500),
      );
      assert.ok(attachments.length <= attachmentLimit);
      assert.equal(notes.length, files.length > 99 ? 1 : 0);
      assert.equal(
        new Set(attachments.map(({ filename }) => filename.toLowerCase())).size,
        attachments.length,
      );
      for (const { filename, contentType, contentId } of attachments) {
        assert.equal(filenameFault(filename), undefined);
        assert.deepEqual(parseMediaType(contentType), { ok: true, contentType });
        if (contentId !== undefined) assert.deepEqual(parseContentId(contentId), { ok: true, contentId });
      }
    }),
  );
});

test('pictures are known by their bytes, and their size is read', () => {
  assert.deepEqual(pictureIn(gradient(900, 380)), { contentType: 'image/png', width: 900, height: 380 });
  assert.deepEqual(pictureIn(jpeg), { contentType: 'image/jpeg', width: 1600, height: 2400 });
  assert.deepEqual(pictureIn(Buffer.from('GIF89a\x10\x00\x09\x00')), {
    contentType: 'image/gif',
    width: 16,
    height: 9,
  });
  // A view into a larger buffer, as a multipart parser hands out.
  assert.equal(pictureIn(Buffer.concat([Buffer.alloc(7), jpeg]).subarray(7))?.width, 1600);
  for (const other of [Buffer.from('<svg/>'), Buffer.alloc(0), jpeg.subarray(0, 20), gradient(0, 5)]) {
    assert.equal(pictureIn(other), undefined);
  }
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('', 'ffd8', 'ffd8ff', '47494638', '89504e47'),
      (bytes, start) => {
        pictureIn(Buffer.concat([Buffer.from(start, 'hex'), bytes]));
      },
    ),
  );
});

test('at most four pictures are shown, the others attached; what only claims to be one is not shown', () => {
  const files = Array.from({ length: 6 }, (_, index) =>
    file(`${index}.jpg`, jpeg, 'application/octet-stream'),
  );
  const { attachments, pictures } = attach(
    [file('fake.png', Buffer.from('<script>'), 'image/png'), ...files],
    undefined,
  );
  assert.deepEqual(
    pictures.map(({ contentId }) => contentId),
    ['picture-1@hook', 'picture-2@hook', 'picture-3@hook', 'picture-4@hook'],
  );
  assert.equal(attachments.length, 7);
  assert.equal(attachments[0]?.contentId, undefined);
  assert.equal(attachments[1]?.contentType, 'image/jpeg');
});

test('sizes are those that mail programs show', () => {
  const sizes = [0, 999, 1000, 4160, 9949, 99_400, 999_499, 999_500, 2_340_000];
  assert.deepEqual(sizes.map(sizeOf), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '4.2 kB',
    '9.9 kB',
    '99 kB',
    '999 kB',
    '1.0 MB',
    '2.3 MB',
  ]);
});
