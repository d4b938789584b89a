import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  extensionsOf,
  formOfContent,
  kindOfContent,
  kindOfExtension,
  kindOfType,
  leadingBytes,
} from '../../shared/message/file-type.ts';
import { assertLight } from '../effort.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

/** A local file header of a ZIP archive and its name, with sizes that come later. */
function entry(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(8, 6);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), Buffer.from('data')]);
}

function windowsProgram(): Buffer {
  const bytes = Buffer.alloc(300);
  bytes.write('MZ\x90\0\x03', 'latin1');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  return bytes;
}

const iso = Buffer.alloc(leadingBytes);
iso.write('CD001', 0x8001, 'latin1');
const tar = Buffer.alloc(512);
tar.write('ustar\0', 257, 'latin1');
const compound = Buffer.concat([latin('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), Buffer.alloc(504)]);
const installer = Buffer.concat([compound, Buffer.from('84100c0000000000c000000000000046', 'hex')]);

const contents: Readonly<Record<string, Uint8Array>> = {
  exe: windowsProgram(),
  elf: latin('\x7fELF\x02\x01'),
  macho: latin('\xcf\xfa\xed\xfe'),
  class: latin('\xca\xfe\xba\xbe\0\0\0\x41'),
  lnk: latin('L\0\0\0\x01\x14\x02\0'),
  sh: latin('#!/bin/sh\n'),
  zip: entry('readme.txt'),
  jar: entry('META-INF/MANIFEST.MF'),
  apk: entry('AndroidManifest.xml'),
  docx: Buffer.concat([entry('[Content_Types].xml'), entry('word/document.xml')]),
  xlsx: Buffer.concat([entry('[Content_Types].xml'), entry('xl/workbook.xml')]),
  pptx: Buffer.concat([entry('_rels/.rels'), entry('ppt/presentation.xml')]),
  docm: Buffer.concat([entry('word/document.xml'), entry('word/vbaProject.bin')]),
  odt: Buffer.concat([entry('mimetype')]),
  doc: compound,
  msi: installer,
  pdf: latin('junk before\n%PDF-1.7'),
  rtf: latin('{\\rtf1'),
  html: latin('\xef\xbb\xbf <!-- a --> <!DOCTYPE html><html>'),
  svg: latin('<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg">'),
  xml: latin('<?xml version="1.0"?><invoice/>'),
  png: latin('\x89PNG\r\n\x1a\n'),
  jpg: latin('\xff\xd8\xff\xe0'),
  gif: latin('GIF89a'),
  webp: latin('RIFF\x10\0\0\0WEBP'),
  bmp: latin('BM\x46\0\0\0\0\0\0\0'),
  tif: latin('II*\0'),
  ico: latin('\0\0\x01\0\x01\0'),
  heic: latin('\0\0\0\x18ftypheic'),
  mp4: latin('\0\0\0\x18ftypisom'),
  mp3: latin('ID3\x04'),
  wav: latin('RIFF\x10\0\0\0WAVE'),
  ogg: latin('OggS'),
  flac: latin('fLaC\0\0\0\x22'),
  webm: latin('\x1aE\xdf\xa3\x9f'),
  gz: latin('\x1f\x8b\x08'),
  bz2: latin('BZh91AY&SY'),
  xz: latin('\xfd7zXZ\0'),
  zst: latin('\x28\xb5\x2f\xfd'),
  tar,
  rar: latin('Rar!\x1a\x07\x01\0'),
  '7z': latin("7z\xbc\xaf'\x1c"),
  cab: latin('MSCF\0\0\0\0'),
  iso,
  deb: latin('!<arch>\ndebian-binary'),
  rpm: latin('\xed\xab\xee\xdb'),
  wasm: latin('\0asm\x01'),
  url: latin('[InternetShortcut]\r\nURL=https://example.com'),
  reg: latin('\xff\xfeW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g\0i\0s\0t\0r\0y\0 \0E\0d\0i\0t\0o\0r\0'),
};

for (const [extension, bytes] of Object.entries(contents)) {
  test(`what a file named .${extension} begins with tells its kind`, () => {
    assert.ok(kindOfExtension(extension));
    assert.equal(kindOfContent(bytes)?.name, kindOfExtension(extension)?.name);
  });
}

test('content gives a type and an extension where it tells one', () => {
  const forms: Readonly<Record<string, readonly [string, string] | undefined>> = {
    jpg: ['image/jpeg', 'jpg'],
    pdf: ['application/pdf', 'pdf'],
    webm: ['video/webm', 'webm'],
    doc: undefined,
  };
  for (const [name, form] of Object.entries(forms)) {
    const found = formOfContent(contents[name] ?? Buffer.of());
    assert.deepEqual(found && [found.contentType, found.extension], form, name);
  }
  const brands = {
    heic: 'image/heic',
    avif: 'image/avif',
    'qt  ': 'video/quicktime',
    'M4A ': 'audio/mp4',
    isom: 'video/mp4',
  };
  for (const [brand, type] of Object.entries(brands)) {
    assert.equal(formOfContent(latin(`\0\0\0\x18ftyp${brand}`))?.contentType, type, brand);
  }
  assert.equal(formOfContent(entry('[Content_Types].xml'))?.contentType, 'application/zip');
  assert.equal(formOfContent(Buffer.from('Hello')), undefined);
});

test('text tells no kind, not even when it begins like a program', () => {
  for (const text of [
    '',
    'Hello',
    'MZ is how it begins, and then it goes on for a while with words alone.',
    '<3',
  ]) {
    assert.equal(kindOfContent(Buffer.from(text)), undefined, text);
  }
  assert.equal(kindOfContent(Buffer.from('{"a":1}')), undefined);
});

test('the extension that counts is the one that Windows sees', () => {
  assert.deepEqual(extensionsOf('invoice.pdf.exe'), ['exe', 'pdf']);
  for (const name of [
    'a.exe',
    'a.EXE',
    'a.exe.',
    'a.exe . .',
    'a.exe\u00a0',
    'a.e\u200bxe',
    'a.ｅxe',
    'a.exe:b.pdf',
  ]) {
    assert.equal(extensionsOf(name)[0], 'exe', JSON.stringify(name));
  }
  assert.equal(extensionsOf('README')[0], undefined);
  assert.equal(extensionsOf('.profile')[0], 'profile');
});

test('no bytes and no name make it throw or take long', async () => {
  const starts = Object.values(contents).map((bytes) => Buffer.from(bytes.subarray(0, 40)));
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      kindOfContent(Buffer.concat([start, rest]));
      kindOfContent(rest);
    }),
  );
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => void extensionsOf(name)));
  for (const piece of ['<!--', '<', 'PK\x03\x04', '.', ' '])
    await assertLight(100, () => kindOfContent(Buffer.from(piece.repeat(leadingBytes))), piece);
  await assertLight(100, () => extensionsOf(' .'.repeat(100_000)));
  assert.equal(kindOfType('constructor'), undefined);
});
