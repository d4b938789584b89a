/**
 * What a file is: told by its first bytes, by its name and by its media type. Pure, and never throws.
 *
 * A file is opened by its name and run by its content, and whoever wants to get one past a rule lets the two differ. So the three
 * are told apart here and compared in access/attachment-policy.ts. Sources: the IANA media type registry; the formats' own
 * specifications (PE/COFF, ELF, Mach-O, PKWARE APPNOTE 4.3, MS-CFB 2.2, MS-SHLLINK 2.1, ISO 32000 §7.5.2, ISO/IEC 14496-12 §4.3).
 */
import { entry } from '../platform/entry.ts';
import { trimmedEnd } from '../platform/trim.ts';
import * as kinds from './file-kinds.ts';
import type { FileKind } from './file-kinds.ts';

/** How many leading bytes tell a kind; an ISO image says what it is behind 32 KiB. */
export const leadingBytes = 33 * 1024;

/** Each name and type claims one kind; what several Office formats have in common, only content shows. */
const kindsOfNames = Object.values(kinds).filter((one) => one !== kinds.anyOffice);

const byExtension = new Map(kindsOfNames.flatMap((one) => one.extensions.map((text) => [text, one])));
const byType = new Map(kindsOfNames.flatMap((one) => one.types.map((text) => [text, one])));

/** The kind that a file name claims. @param extension lower case, without dot. */
export const kindOfExtension = (extension: string): FileKind | undefined => byExtension.get(extension);

/** The kind that a media type claims. @param type lower case, without parameters. */
export const kindOfType = (type: string): FileKind | undefined => byType.get(type);

/**
 * The extensions of a file name, last first, lower case, without dots: of `report.pdf.exe` `exe` and `pdf`.
 *
 * What Windows drops at the end (dots and spaces) and what nobody sees does not count, and what follows a colon is a stream of the
 * file and not its name.
 */
export function extensionsOf(filename: string): readonly string[] {
  const name = (
    filename
      .normalize('NFKC')
      .replaceAll(/\p{Cf}/gu, '')
      .split(':')[0] ?? ''
  ).toLowerCase();
  const [, ...parts] = trimmedEnd(name, /[.\s]/).split('.');
  return parts.map((part) => part.trim()).toReversed();
}

type Bytes = Uint8Array;

const ascii = (bytes: Bytes, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));

/** Byte by byte, since each attachment is asked for every kind, and most differ in the first. */
const at = (offset: number, text: string) => {
  const wanted = Buffer.from(text, 'latin1');
  return (bytes: Bytes) => wanted.every((byte, i) => bytes[offset + i] === byte);
};

/* eslint-disable no-control-regex -- bytes of files are looked at */

/** @param start which every match of the pattern begins with, so that few are looked at by the pattern. */
const like = (start: string, pattern: RegExp, length: number) => {
  const begins = at(0, start);
  return (bytes: Bytes) => begins(bytes) && pattern.test(ascii(bytes, 0, length));
};

const riff = (form: string) => {
  const [container, its] = [at(0, 'RIFF'), at(8, form)];
  return (bytes: Bytes) => container(bytes) && its(bytes);
};

const any =
  (...shows: readonly ((bytes: Bytes) => boolean)[]) =>
  (bytes: Bytes) =>
    shows.some((one) => one(bytes));

const all =
  (...shows: readonly ((bytes: Bytes) => boolean)[]) =>
  (bytes: Bytes) =>
    shows.every((one) => one(bytes));

const isMedia = at(4, 'ftyp');
const isDos = any(at(0, 'MZ'), at(0, 'ZM'));
const isUniversal = at(0, '\xca\xfe\xba\xbe\0\0\0');
const isMachOfOne = any(
  at(0, '\xfe\xed\xfa\xce'),
  at(0, '\xfe\xed\xfa\xcf'),
  at(0, '\xce\xfa\xed\xfe'),
  at(0, '\xcf\xfa\xed\xfe'),
);

/** What shows a kind, in the order in which it counts: what runs comes first. */
const signatures: readonly (readonly [FileKind, (bytes: Bytes) => boolean])[] = [
  [kinds.windows, isWindowsProgram],
  [kinds.elf, at(0, '\x7fELF')],
  [kinds.mach, isMach],
  [kinds.javaClass, at(0, '\xca\xfe\xba\xbe')],
  [kinds.shortcut, at(0, 'L\0\0\0\x01\x14\x02\0')],
  [kinds.png, at(0, '\x89PNG\r\n\x1a\n')],
  [kinds.jpeg, at(0, '\xff\xd8\xff')],
  [kinds.gif, like('GIF8', /^GIF8[79]a/, 6)],
  [kinds.webp, riff('WEBP')],
  [kinds.wave, riff('WAVE')],
  [kinds.avi, riff('AVI ')],
  [kinds.tiff, any(at(0, 'II*\0'), at(0, 'MM\0*'))],
  [kinds.bmp, all(at(0, 'BM'), at(6, '\0\0\0\0'))],
  [
    kinds.heif,
    (bytes) => isMedia(bytes) && /^(?:hei[cfxms]|hev[cx]|mif1|msf1|avi[fs])/.test(ascii(bytes, 8, 4)),
  ],
  [kinds.film, isMedia],
  [kinds.icon, like('\0\0', /^\0\0[\x01\x02]\0[\x01-\x40]\0/, 6)],
  [kinds.ogg, at(0, 'OggS')],
  [kinds.flac, at(0, 'fLaC')],
  [kinds.matroska, at(0, '\x1aE\xdf\xa3')],
  [kinds.mp3, any(at(0, 'ID3'), like('\xff', /^\xff[\xfb\xfa\xf3\xf2]/, 2))],
  [kinds.gzip, at(0, '\x1f\x8b\x08')],
  [kinds.bzip2, like('BZh', /^BZh[1-9]1AY&SY/, 10)],
  [kinds.xz, at(0, '\xfd7zXZ\0')],
  [kinds.zstandard, at(0, '\x28\xb5\x2f\xfd')],
  [kinds.rar, at(0, 'Rar!\x1a\x07')],
  [kinds.sevenZip, at(0, "7z\xbc\xaf'\x1c")],
  [kinds.cabinet, at(0, 'MSCF')],
  [kinds.ace, at(7, '**ACE**')],
  [kinds.lha, (bytes) => bytes[2] === 0x2d && /^-l[hz][0-9ds]-/.test(ascii(bytes, 2, 5))],
  [kinds.tar, at(257, 'ustar')],
  [kinds.iso, at(0x8001, 'CD001')],
  [kinds.virtualDisk, any(at(0, 'conectix'), at(0, 'vhdxfile'), at(0, 'MSWIM\0'))],
  [kinds.debian, at(0, '!<arch>\ndebian')],
  [kinds.rpm, at(0, '\xed\xab\xee\xdb')],
  [kinds.rtf, at(0, '{\\rtf')],
  [kinds.postscript, at(0, '%!PS')],
  [kinds.oneNote, at(0, '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d')],
  [kinds.help, at(0, 'ITSF')],
  [kinds.wasm, at(0, '\0asm')],
  [kinds.flash, (bytes) => bytes[1] === 0x57 && /^[FCZ]WS[\x01-\x40]/.test(ascii(bytes, 0, 4))],
];

const isArchive = like('PK', /^PK(?:\x03\x04|\x05\x06|\x07\x08)/, 4);
const isCompound = at(0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');

/**
 * The kind that the first bytes show.
 *
 * @param leading the first `leadingBytes` of the file, or all of it when it has fewer.
 * @returns undefined for plain text and for what is not in the table.
 */
export function kindOfContent(leading: Bytes): FileKind | undefined {
  const found = signatures.find(([, shows]) => shows(leading))?.[0];
  if (found) return found;
  if (isArchive(leading)) return archived(leading);
  if (isCompound(leading)) {
    return Buffer.from(leading).includes(installerClass) ? kinds.installer : kinds.compound;
  }
  // Readers look for it in the first kilobyte (ISO 32000-1, implementation note 13 of Adobe's).
  if (Buffer.from(leading.buffer, leading.byteOffset, Math.min(leading.length, 1024)).includes('%PDF-'))
    return kinds.pdf;
  return written(leading);
}

/** Media type and extension, without dot, of content. */
export interface FileForm {
  readonly contentType: string;
  readonly extension: string;
}

/**
 * What a file with this content may be called: the first type and extension of its kind, or what the content says of several.
 *
 * @returns undefined for content of no known kind, and of a kind whose formats only names tell apart.
 */
export function formOfContent(leading: Bytes): FileForm | undefined {
  const kind = kindOfContent(leading);
  // ISO/IEC 14496-12 §4.3: the brand.
  const brand = isMedia(leading) ? entry(brands, ascii(leading, 8, 4)) : undefined;
  if (brand) return brand;
  // Every one of them is an archive, whatever else it is.
  const form = kind === kinds.anyOffice ? kinds.zip : kind;
  const [contentType] = form?.types ?? [];
  const [extension] = form?.extensions ?? [];
  if (contentType === undefined || extension === undefined || form === kinds.compound) return undefined;
  return { contentType, extension };
}

const brands: Readonly<Record<string, FileForm>> = {
  avif: { contentType: 'image/avif', extension: 'avif' },
  avis: { contentType: 'image/avif', extension: 'avif' },
  'qt  ': { contentType: 'video/quicktime', extension: 'mov' },
  'M4A ': { contentType: 'audio/mp4', extension: 'm4a' },
};

/** The class that the root of an installer's compound file has: {000C1084-0000-0000-C000-000000000046}. */
const installerClass = Buffer.from('84100c0000000000c000000000000046', 'hex');

/** `MZ`, and a PE header where it says, or at least bytes that no text has. */
function isWindowsProgram(bytes: Bytes): boolean {
  if (!isDos(bytes)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 64 && at(view.getUint32(0x3c, true), 'PE\0\0')(bytes)) return true;
  return ascii(bytes, 2, 62).includes('\0');
}

/** The magic of a universal binary is that of a Java class, whose version is above the number of architectures. */
function isMach(bytes: Bytes): boolean {
  return isUniversal(bytes) ? (bytes[7] ?? 255) < 40 : isMachOfOne(bytes);
}

/** What a ZIP archive is, by the names of its first entries. */
function archived(bytes: Bytes): FileKind {
  const names = entryNames(bytes);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(?:^|\/)vbaProject\.bin$/i)) return kinds.macros;
  if (has(/^word\//)) return kinds.wordText;
  if (has(/^xl\//)) return kinds.workbook;
  if (has(/^ppt\//)) return kinds.slides;
  if (has(/^(?:\[Content_Types\]\.xml|_rels\/\.rels|docProps\/)/)) return kinds.anyOffice;
  if (names[0] === 'mimetype')
    return ascii(bytes, 38, 20) === 'application/epub+zip' ? kinds.epub : kinds.odf;
  if (has(/^AndroidManifest\.xml$/)) return kinds.apk;
  if (has(/^META-INF\/(?:MANIFEST\.MF)?$/) || has(/\.class$/)) return kinds.jar;
  return kinds.zip;
}

/** Most entries of an archive that are looked at. */
const entryLimit = 200;

/** Names of the entries whose local headers stand in the bytes (APPNOTE 4.3.7), wherever they stand: their sizes may come later. */
function entryNames(bytes: Bytes): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  for (let start = 0; start !== -1 && names.length < entryLimit;) {
    if (start + 30 > buffer.length) break;
    const length = buffer.readUInt16LE(start + 26);
    names.push(buffer.toString('latin1', start + 30, start + 30 + Math.min(length, 256)));
    start = buffer.indexOf('PK\x03\x04', start + 30, 'latin1');
  }
  return names;
}

/** Characters of a text that are looked at. */
const textStart = 4096;

/** Formats that are text, by how they begin. */
function written(bytes: Bytes): FileKind | undefined {
  const start = opening(bytes);
  if (start.startsWith('#!')) return kinds.script;
  if (start.startsWith('[internetshortcut]') || start.startsWith('[desktop entry]')) return kinds.link;
  if (start.startsWith('windows registry editor') || start.startsWith('regedit4')) return kinds.registry;
  if (!start.startsWith('<')) return undefined;
  const element = /<(?!\?|!--)[!/]?([a-z][a-z0-9:]*)(?:\s+([a-z]+))?/.exec(withoutComments(start));
  const name = element?.[1] === 'doctype' || element?.[1] === '!doctype' ? element[2] : element?.[1];
  if (name === 'svg' || name?.endsWith(':svg')) return kinds.svg;
  if (name !== undefined && htmlElements.has(name)) return kinds.html;
  return start.startsWith('<?xml') ? kinds.xml : undefined;
}

const htmlElements = new Set(
  'html head body script iframe meta title style link base div p table a img form object embed center font span br h1'.split(
    ' ',
  ),
);

function withoutComments(text: string): string {
  let rest = text;
  for (;;) {
    const begin = rest.indexOf('<!--');
    if (begin === -1) return rest;
    const end = rest.indexOf('-->', begin + 4);
    rest = end === -1 ? rest.slice(0, begin) : rest.slice(0, begin) + rest.slice(end + 3);
  }
}

/** The beginning as text in lower case, without byte order mark and leading white space. */
function opening(bytes: Bytes): string {
  const start = bytes.subarray(0, textStart);
  const wide = at(0, '\xff\xfe')(bytes) ? 'utf-16le' : at(0, '\xfe\xff')(bytes) ? 'utf-16be' : 'utf-8';
  return new TextDecoder(wide).decode(start).trimStart().toLowerCase();
}
