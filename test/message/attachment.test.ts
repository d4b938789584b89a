import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  filenameFault,
  mediaTypeOf,
  parseContentId,
  parseMediaType,
} from '../../shared/message/attachment.ts';

describe('file names', () => {
  const good = [
    'report.pdf',
    'no extension',
    'Bericht März (final).xlsx',
    'отчёт.docx',
    '見積書.pdf',
    'تقرير.pdf',
    '📎.txt',
    '.env',
    'a..b',
    'it\'s "quoted"; name=x.txt',
    'a=?b.txt',
    '\u200eIMG_0001.jpg',
    'CON.txt',
    'x'.repeat(255),
  ];
  for (const name of good) test(name.slice(0, 40), () => assert.equal(filenameFault(name), undefined));

  const bad: Readonly<Record<string, RegExp>> = {
    '': /empty/,
    '  ': /empty/,
    '.': /folder/,
    '..': /folder/,
    '../../etc/passwd': /"\/"/,
    '/etc/passwd': /"\/"/,
    'C:\\temp\\a.txt': /"\\"/,
    '..\\a.txt': /"\\"/,
    'a\r\nContent-Type: text/html': /U\+000D/,
    'a\n.txt': /U\+000A/,
    'a\0.txt': /NUL/,
    'a\u0085.txt': /U\+0085/,
    'a\u2028.txt': /U\+2028/,
    'invoice\u202efdp.exe': /right-to-left override/,
    'a\u2067b.txt': /U\+2067/,
    '=?utf-8?Q?x?=.txt': /encoded already/,
    'a\ud800.txt': /U\+D800/,
    ['x'.repeat(256)]: /255/,
  };
  for (const [name, reason] of Object.entries(bad)) {
    test(`refused: ${JSON.stringify(name).slice(0, 40)}`, () =>
      assert.match(filenameFault(name) ?? '', reason));
  }
});

test('media types lose their parameters and their capitals', () => {
  const good: Readonly<Record<string, string>> = {
    'application/pdf': 'application/pdf',
    'Text/CSV; charset=utf-8': 'text/csv',
    ' image/svg+xml ': 'image/svg+xml',
    'application/vnd.ms-excel.sheet.macroEnabled.12': 'application/vnd.ms-excel.sheet.macroenabled.12',
    'message/rfc822': 'message/rfc822',
  };
  for (const [text, contentType] of Object.entries(good)) {
    assert.deepEqual(parseMediaType(text), { ok: true, contentType });
  }
});

test('what is no media type is refused', () => {
  for (const text of [
    '',
    'pdf',
    'application/',
    '/pdf',
    'application / pdf',
    'application/pdf\r\nX: y',
    'text/plain; x=\r\nX: y',
    'text/"html"',
    'a/b/c',
    'téxt/plain',
    '*/*',
    'multipart/mixed',
    'Multipart/Alternative; boundary=x',
    `${'a'.repeat(128)}/b`,
  ]) {
    assert.equal(parseMediaType(text).ok, false, text);
  }
});

test('the extension tells the type of a file', () => {
  const types: Readonly<Record<string, string>> = {
    'a.PDF': 'application/pdf',
    'a.b.csv': 'text/csv',
    'a.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'a.unheard-of': 'application/octet-stream',
    a: 'application/octet-stream',
    'a.': 'application/octet-stream',
    'a.constructor': 'application/octet-stream',
  };
  for (const [name, type] of Object.entries(types)) assert.equal(mediaTypeOf(name), type, name);
});

test('content ids come with or without brackets and "cid:"', () => {
  for (const text of ['logo', '<logo>', 'cid:logo', 'CID:<logo>']) {
    assert.deepEqual(parseContentId(text), { ok: true, contentId: 'logo' });
  }
  assert.deepEqual(parseContentId('logo.1@example.com'), { ok: true, contentId: 'logo.1@example.com' });
  for (const text of ['', '<>', 'a b', 'a>b', 'a\r\nX: y', '<a>\r\n', 'é', 'a"b', '<<a>>', 'x'.repeat(201)]) {
    assert.equal(parseContentId(text).ok, false, text);
  }
});
