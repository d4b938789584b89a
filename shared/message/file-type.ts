/**
 * What a file is: told by its first bytes, by its name and by its media type. Pure, and never throws.
 *
 * A file is opened by its name and run by its content, and whoever wants to get one past a rule lets the two differ. So the three
 * are told apart here and compared in access/attachment-policy.ts. Sources: the IANA media type registry; the formats' own
 * specifications (PE/COFF, ELF, Mach-O, PKWARE APPNOTE 4.3, MS-CFB 2.2, MS-SHLLINK 2.1, ISO 32000 §7.5.2, ISO/IEC 14496-12 §4.3).
 */

/** A kind of file. */
export interface FileKind {
  /** For people, with article: `a PDF`. */
  readonly name: string;
  /** Lower case, without dot. */
  readonly extensions: readonly string[];
  /** Media types, lower case; the first is the usual one. */
  readonly types: readonly string[];
  /** Whether a double click runs it. */
  readonly program?: true;
  /** Whether every file of the kind shows it by its first bytes; else they may tell nothing. */
  readonly signed?: true;
  /** Whether the bytes leave open which of several formats it is: only the name tells. */
  readonly family?: true;
}

/** How many leading bytes tell a kind; an ISO image says what it is behind 32 KiB. */
export const leadingBytes = 33 * 1024;

const kind = (
  name: string,
  extensions: string,
  types: string,
  more: Pick<FileKind, 'program' | 'signed' | 'family'> = {},
): FileKind => ({
  name,
  extensions: extensions.split(' ').filter(Boolean),
  types: types.split(' ').filter(Boolean),
  ...more,
});

const program = { program: true, signed: true } as const;
const signed = { signed: true } as const;
const office = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

const windows = kind(
  'a Windows program',
  'exe dll scr com pif sys cpl ocx drv msstyles mui xll',
  'application/vnd.microsoft.portable-executable application/x-msdownload application/x-dosexec application/x-ms-dos-executable application/x-msdos-program application/exe application/x-exe',
  program,
);
const elf = kind(
  'a Linux program',
  'elf so axf',
  'application/x-elf application/x-executable application/x-sharedlib application/x-pie-executable',
  program,
);
const mach = kind('a macOS program', 'macho dylib', 'application/x-mach-binary', program);
const javaClass = kind('a Java class', 'class', 'application/java-vm application/x-java-class', program);
const shortcut = kind('a Windows shortcut', 'lnk', 'application/x-ms-shortcut', program);
const installer = kind('a Windows installer', 'msi msp mst', 'application/x-msi application/x-ms-installer', {
  program: true,
});
const script = kind(
  'a script',
  'sh bash zsh csh ksh command py pyw pl rb php',
  'application/x-sh text/x-shellscript application/x-shellscript text/x-python text/x-perl text/x-ruby application/x-csh application/x-php',
);
const windowsScript = kind(
  'a Windows script',
  'bat cmd vbs vbe vb js jse mjs wsf wsh wsc sct ps1 psm1 psd1 hta',
  'text/javascript application/javascript application/x-bat text/vbscript application/hta application/x-powershell',
  { family: true },
);
const link = kind(
  'a link file',
  'url website desktop webloc',
  'application/internet-shortcut application/x-desktop',
);
const registry = kind('a registry file', 'reg', 'text/x-ms-regedit');
const wasm = kind('a WebAssembly module', 'wasm', 'application/wasm', signed);
const flash = kind(
  'a Flash film',
  'swf',
  'application/vnd.adobe.flash.movie application/x-shockwave-flash',
  signed,
);

const zip = kind('a ZIP archive', 'zip', 'application/zip application/x-zip-compressed', signed);
const jar = kind('a Java archive', 'jar war ear', 'application/java-archive application/x-java-archive');
const apk = kind('an Android package', 'apk', 'application/vnd.android.package-archive');
const wordText = kind(
  'a Word document',
  'docx dotx',
  `${office}.wordprocessingml.document ${office}.wordprocessingml.template`,
  signed,
);
const workbook = kind(
  'an Excel workbook',
  'xlsx xltx',
  `${office}.spreadsheetml.sheet ${office}.spreadsheetml.template`,
  signed,
);
const slides = kind(
  'a PowerPoint presentation',
  'pptx potx ppsx',
  `${office}.presentationml.presentation ${office}.presentationml.template ${office}.presentationml.slideshow`,
  signed,
);
const macros = kind(
  'an Office document with macros',
  'docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam',
  'application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-word.template.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12 application/vnd.ms-excel.sheet.binary.macroenabled.12 application/vnd.ms-excel.addin.macroenabled.12 application/vnd.ms-powerpoint.presentation.macroenabled.12',
  signed,
);
const anyOffice: FileKind = {
  name: 'an Office document',
  extensions: [...wordText.extensions, ...workbook.extensions, ...slides.extensions],
  types: [...wordText.types, ...workbook.types, ...slides.types],
  family: true,
};
const odf = kind(
  'an OpenDocument file',
  'odt ods odp odg',
  `${openDocument}.text ${openDocument}.spreadsheet ${openDocument}.presentation ${openDocument}.graphics`,
  { signed: true, family: true },
);
const epub = kind('an e-book', 'epub', 'application/epub+zip', signed);
const compound = kind(
  'an Office 97 document (or another compound file)',
  'doc dot xls xlt xla ppt pot pps msg vsd mpp pub',
  'application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook application/vnd.visio application/vnd.ms-project application/x-ole-storage',
  { signed: true, family: true },
);

const pdf = kind('a PDF', 'pdf', 'application/pdf application/x-pdf', signed);
const rtf = kind('an RTF document', 'rtf', 'application/rtf text/rtf', signed);
const postscript = kind('a PostScript file', 'ps eps', 'application/postscript', signed);
const oneNote = kind('a OneNote section', 'one', 'application/onenote application/msonenote', signed);
const help = kind('a compiled help file', 'chm', 'application/vnd.ms-htmlhelp', signed);
const html = kind('an HTML page', 'html htm xhtml shtml mht mhtml', 'text/html application/xhtml+xml');
const svg = kind('an SVG picture', 'svg', 'image/svg+xml');
const xml = kind('an XML file', 'xml xsl xsd', 'application/xml text/xml');

const png = kind('a PNG picture', 'png', 'image/png', signed);
const jpeg = kind('a JPEG picture', 'jpg jpeg jpe jfif', 'image/jpeg image/jpg image/pjpeg', signed);
const gif = kind('a GIF picture', 'gif', 'image/gif', signed);
const webp = kind('a WebP picture', 'webp', 'image/webp', signed);
const bmp = kind('a bitmap', 'bmp dib', 'image/bmp image/x-ms-bmp', signed);
const tiff = kind('a TIFF picture', 'tif tiff', 'image/tiff', signed);
const icon = kind('an icon', 'ico cur', 'image/vnd.microsoft.icon image/x-icon');
const heif = kind('a HEIF picture', 'heic heif avif', 'image/heic image/heif image/avif', {
  signed: true,
  family: true,
});
const wave = kind('a WAV recording', 'wav', 'audio/vnd.wave audio/wav audio/x-wav', signed);
const mp3 = kind('an MP3 recording', 'mp3', 'audio/mpeg audio/mp3');
const ogg = kind('an Ogg recording', 'ogg oga ogv opus', 'audio/ogg video/ogg application/ogg', signed);
const film = kind(
  'an MPEG-4 file',
  'mp4 m4a m4v mov 3gp',
  'video/mp4 audio/mp4 video/quicktime video/x-m4v video/3gpp',
  { family: true },
);
const avi = kind('an AVI film', 'avi', 'video/x-msvideo video/avi', signed);

const gzip = kind('a gzip archive', 'gz tgz', 'application/gzip application/x-gzip', signed);
const bzip2 = kind('a bzip2 archive', 'bz2 tbz', 'application/x-bzip2', signed);
const xz = kind('an xz archive', 'xz txz', 'application/x-xz', signed);
const zstandard = kind('a Zstandard archive', 'zst', 'application/zstd', signed);
const tar = kind('a tar archive', 'tar', 'application/x-tar');
const rar = kind(
  'a RAR archive',
  'rar',
  'application/vnd.rar application/x-rar-compressed application/x-rar',
  signed,
);
const sevenZip = kind('a 7-Zip archive', '7z', 'application/x-7z-compressed', signed);
const cabinet = kind('a cabinet', 'cab', 'application/vnd.ms-cab-compressed', signed);
const ace = kind('an ACE archive', 'ace', 'application/x-ace-compressed', signed);
const lha = kind('an LHA archive', 'lzh lha', 'application/x-lzh-compressed', signed);
const iso = kind('a disk image', 'iso img', 'application/x-iso9660-image');
const virtualDisk = kind(
  'a virtual disk',
  'vhd vhdx wim dmg',
  'application/x-virtualbox-vhd application/x-apple-diskimage application/x-ms-wim',
  { family: true },
);
const debian = kind('a Debian package', 'deb', 'application/vnd.debian.binary-package', signed);
const rpm = kind('an RPM package', 'rpm', 'application/x-rpm', signed);

const kinds: readonly FileKind[] = [
  windows,
  elf,
  mach,
  javaClass,
  shortcut,
  installer,
  script,
  windowsScript,
  link,
  registry,
  wasm,
  flash,
  zip,
  jar,
  apk,
  wordText,
  workbook,
  slides,
  macros,
  odf,
  epub,
  compound,
  pdf,
  rtf,
  postscript,
  oneNote,
  help,
  html,
  svg,
  xml,
  png,
  jpeg,
  gif,
  webp,
  bmp,
  tiff,
  icon,
  heif,
  wave,
  mp3,
  ogg,
  film,
  avi,
  gzip,
  bzip2,
  xz,
  zstandard,
  tar,
  rar,
  sevenZip,
  cabinet,
  ace,
  lha,
  iso,
  virtualDisk,
  debian,
  rpm,
];

const byExtension = new Map(kinds.flatMap((one) => one.extensions.map((text) => [text, one])));
const byType = new Map(kinds.flatMap((one) => one.types.map((text) => [text, one])));

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
  const [, ...parts] = trimmedEnd(name).split('.');
  return parts.map((part) => part.trim()).toReversed();
}

/** A loop, since a pattern that is bound to the end alone takes quadratic time. */
function trimmedEnd(name: string): string {
  let end = name.length;
  while (end > 0 && /[.\s]/.test(name[end - 1] ?? '')) end--;
  return name.slice(0, end);
}

type Bytes = Uint8Array;

const ascii = (bytes: Bytes, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));

const at = (offset: number, text: string) => (bytes: Bytes) => ascii(bytes, offset, text.length) === text;

/* eslint-disable no-control-regex -- bytes of files are looked at */

/** What shows a kind, in the order in which it counts: what runs comes first. */
const signatures: readonly (readonly [FileKind, (bytes: Bytes) => boolean])[] = [
  [windows, isWindowsProgram],
  [elf, at(0, '\x7fELF')],
  [mach, isMach],
  [javaClass, at(0, '\xca\xfe\xba\xbe')],
  [shortcut, at(0, 'L\0\0\0\x01\x14\x02\0')],
  [png, at(0, '\x89PNG\r\n\x1a\n')],
  [jpeg, at(0, '\xff\xd8\xff')],
  [gif, (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6))],
  [webp, (bytes) => at(0, 'RIFF')(bytes) && at(8, 'WEBP')(bytes)],
  [wave, (bytes) => at(0, 'RIFF')(bytes) && at(8, 'WAVE')(bytes)],
  [avi, (bytes) => at(0, 'RIFF')(bytes) && at(8, 'AVI ')(bytes)],
  [tiff, (bytes) => at(0, 'II*\0')(bytes) || at(0, 'MM\0*')(bytes)],
  [bmp, (bytes) => at(0, 'BM')(bytes) && at(6, '\0\0\0\0')(bytes)],
  [
    heif,
    (bytes) => at(4, 'ftyp')(bytes) && /^(?:hei[cfxms]|hev[cx]|mif1|msf1|avi[fs])/.test(ascii(bytes, 8, 4)),
  ],
  [film, at(4, 'ftyp')],
  [icon, (bytes) => /^\0\0[\x01\x02]\0[\x01-\x40]\0/.test(ascii(bytes, 0, 6))],
  [ogg, at(0, 'OggS')],
  [mp3, (bytes) => at(0, 'ID3')(bytes) || /^\xff[\xfb\xfa\xf3\xf2]/.test(ascii(bytes, 0, 2))],
  [gzip, at(0, '\x1f\x8b\x08')],
  [bzip2, (bytes) => /^BZh[1-9]1AY&SY/.test(ascii(bytes, 0, 10))],
  [xz, at(0, '\xfd7zXZ\0')],
  [zstandard, at(0, '\x28\xb5\x2f\xfd')],
  [rar, at(0, 'Rar!\x1a\x07')],
  [sevenZip, at(0, "7z\xbc\xaf'\x1c")],
  [cabinet, at(0, 'MSCF')],
  [ace, at(7, '**ACE**')],
  [lha, (bytes) => /^-l[hz][0-9ds]-/.test(ascii(bytes, 2, 5))],
  [tar, at(257, 'ustar')],
  [iso, at(0x8001, 'CD001')],
  [virtualDisk, (bytes) => at(0, 'conectix')(bytes) || at(0, 'vhdxfile')(bytes) || at(0, 'MSWIM\0')(bytes)],
  [debian, at(0, '!<arch>\ndebian')],
  [rpm, at(0, '\xed\xab\xee\xdb')],
  [rtf, at(0, '{\\rtf')],
  [postscript, at(0, '%!PS')],
  [oneNote, at(0, '\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d')],
  [help, at(0, 'ITSF')],
  [wasm, at(0, '\0asm')],
  [flash, (bytes) => /^[FCZ]WS[\x01-\x40]/.test(ascii(bytes, 0, 4))],
];

/**
 * The kind that the first bytes show.
 *
 * @param leading the first `leadingBytes` of the file, or all of it when it has fewer.
 * @returns undefined for plain text and for what is not in the table.
 */
export function kindOfContent(leading: Bytes): FileKind | undefined {
  const found = signatures.find(([, shows]) => shows(leading))?.[0];
  if (found) return found;
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(ascii(leading, 0, 4))) return archived(leading);
  if (at(0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')(leading)) {
    return Buffer.from(leading).includes(installerClass) ? installer : compound;
  }
  // Readers look for it in the first kilobyte (ISO 32000-1, implementation note 13 of Adobe's).
  if (ascii(leading, 0, 1024).includes('%PDF-')) return pdf;
  return written(leading);
}

/** The class that the root of an installer's compound file has: {000C1084-0000-0000-C000-000000000046}. */
const installerClass = Buffer.from('84100c0000000000c000000000000046', 'hex');

/** `MZ`, and a PE header where it says, or at least bytes that no text has. */
function isWindowsProgram(bytes: Bytes): boolean {
  if (!at(0, 'MZ')(bytes) && !at(0, 'ZM')(bytes)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 64 && at(view.getUint32(0x3c, true), 'PE\0\0')(bytes)) return true;
  return ascii(bytes, 2, 62).includes('\0');
}

/** The magic of a universal binary is that of a Java class, whose version is above the number of architectures. */
function isMach(bytes: Bytes): boolean {
  const magic = ascii(bytes, 0, 4);
  if (magic === '\xca\xfe\xba\xbe') return at(4, '\0\0\0')(bytes) && (bytes[7] ?? 255) < 40;
  return ['\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe'].includes(magic);
}

/** What a ZIP archive is, by the names of its first entries. */
function archived(bytes: Bytes): FileKind {
  const names = entryNames(bytes);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(?:^|\/)vbaProject\.bin$/i)) return macros;
  if (has(/^word\//)) return wordText;
  if (has(/^xl\//)) return workbook;
  if (has(/^ppt\//)) return slides;
  if (has(/^(?:\[Content_Types\]\.xml|_rels\/\.rels|docProps\/)/)) return anyOffice;
  if (names[0] === 'mimetype') return ascii(bytes, 38, 20) === 'application/epub+zip' ? epub : odf;
  if (has(/^AndroidManifest\.xml$/)) return apk;
  if (has(/^META-INF\/(?:MANIFEST\.MF)?$/) || has(/\.class$/)) return jar;
  return zip;
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
  if (start.startsWith('#!')) return script;
  if (start.startsWith('[internetshortcut]') || start.startsWith('[desktop entry]')) return link;
  if (start.startsWith('windows registry editor') || start.startsWith('regedit4')) return registry;
  if (!start.startsWith('<')) return undefined;
  const element = /<(?!\?|!--)[!/]?([a-z][a-z0-9:]*)(?:\s+([a-z]+))?/.exec(withoutComments(start));
  const name = element?.[1] === 'doctype' || element?.[1] === '!doctype' ? element[2] : element?.[1];
  if (name === 'svg' || name?.endsWith(':svg')) return svg;
  if (name !== undefined && htmlElements.has(name)) return html;
  return start.startsWith('<?xml') ? xml : undefined;
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
