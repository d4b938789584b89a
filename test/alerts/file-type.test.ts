import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileType, safeFilename, sniffFile } from '../../shared/alerts/file-type.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const zip = latin('PK\x03\x04\x14\0\0\0\x08\0');

test('what the bytes show counts, and a name only where it says more', () => {
  const jpeg = latin('\xff\xd8\xff\xe0\0\x10JFIF');
  assert.equal(fileType(jpeg, 'a.png', 'image/gif'), 'image/jpeg');
  assert.equal(fileType(zip, 'a.zip', 'text/plain'), 'application/zip');
  assert.equal(
    fileType(zip, 'a.docx', ''),
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  );
  assert.equal(fileType(zip, 'a', 'text/plain'), 'application/zip');
  assert.equal(fileType(latin('\0\0\0\x18ftypisom'), 'a.mov', ''), 'video/quicktime');
});

test('where the bytes show nothing the name counts, then what was declared', () => {
  const bytes = Buffer.from('a;b');
  assert.equal(fileType(bytes, 'a.csv', 'image/png'), 'text/csv');
  assert.equal(fileType(bytes, 'a', 'text/x-log'), 'text/x-log');
  assert.equal(fileType(bytes, 'a', 'multipart/mixed'), 'application/octet-stream');
  assert.equal(fileType(bytes, 'a', 'no type'), 'application/octet-stream');
});

test('a text is no file, whatever it begins with or tells of', () => {
  for (const text of [
    'GIF89a is old',
    'BM',
    'a -lh5- b',
    '{"a":"%PDF-1.7"}',
    '#!/bin/sh',
    '<svg>',
    '<html>',
  ]) {
    assert.equal(sniffFile(Buffer.from(text)), undefined, text);
  }
  assert.deepEqual(sniffFile(Buffer.from('%PDF-1.7\n')), {
    contentType: 'application/pdf',
    extension: 'pdf',
  });
});

test('a name has no folder, no control, and nothing that reorders it', () => {
  assert.equal(safeFilename('C:\\x\\..\\a\u202egpj\r\n.exe', 'b'), 'agpj.exe');
  assert.equal(safeFilename('..', 'b'), 'b');
  assert.equal(safeFilename('x'.repeat(1_000_000), 'b').length, 200);
});
