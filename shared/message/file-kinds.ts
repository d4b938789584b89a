/**
 * The kinds of files that a rule about attachments may mean, with the names and media types that they go by. Data.
 *
 * Source: the IANA media type registry, and the types that browsers and mail programs are known to give.
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

export const windows: FileKind = kind(
  'a Windows program',
  'exe dll scr com pif sys cpl ocx drv msstyles mui xll',
  'application/vnd.microsoft.portable-executable application/x-msdownload application/x-dosexec application/x-ms-dos-executable application/x-msdos-program application/exe application/x-exe',
  program,
);
export const elf: FileKind = kind(
  'a Linux program',
  'elf so axf',
  'application/x-elf application/x-executable application/x-sharedlib application/x-pie-executable',
  program,
);
export const mach: FileKind = kind('a macOS program', 'macho dylib', 'application/x-mach-binary', program);
export const javaClass: FileKind = kind(
  'a Java class',
  'class',
  'application/java-vm application/x-java-class',
  program,
);
export const shortcut: FileKind = kind('a Windows shortcut', 'lnk', 'application/x-ms-shortcut', program);
export const installer: FileKind = kind(
  'a Windows installer',
  'msi msp mst',
  'application/x-msi application/x-ms-installer',
  {
    program: true,
  },
);
export const script: FileKind = kind(
  'a script',
  'sh bash zsh csh ksh command py pyw pl rb php',
  'application/x-sh text/x-shellscript application/x-shellscript text/x-python text/x-perl text/x-ruby application/x-csh application/x-php',
);
export const windowsScript: FileKind = kind(
  'a Windows script',
  'bat cmd vbs vbe vb js jse mjs wsf wsh wsc sct ps1 psm1 psd1 hta',
  'text/javascript application/javascript application/x-bat text/vbscript application/hta application/x-powershell',
  { family: true },
);
export const link: FileKind = kind(
  'a link file',
  'url website desktop webloc',
  'application/internet-shortcut application/x-desktop',
);
export const registry: FileKind = kind('a registry file', 'reg', 'text/x-ms-regedit');
export const wasm: FileKind = kind('a WebAssembly module', 'wasm', 'application/wasm', signed);
export const flash: FileKind = kind(
  'a Flash film',
  'swf',
  'application/vnd.adobe.flash.movie application/x-shockwave-flash',
  signed,
);

export const zip: FileKind = kind(
  'a ZIP archive',
  'zip',
  'application/zip application/x-zip-compressed',
  signed,
);
export const jar: FileKind = kind(
  'a Java archive',
  'jar war ear',
  'application/java-archive application/x-java-archive',
);
export const apk: FileKind = kind('an Android package', 'apk', 'application/vnd.android.package-archive');
export const wordText: FileKind = kind(
  'a Word document',
  'docx dotx',
  `${office}.wordprocessingml.document ${office}.wordprocessingml.template`,
  signed,
);
export const workbook: FileKind = kind(
  'an Excel workbook',
  'xlsx xltx',
  `${office}.spreadsheetml.sheet ${office}.spreadsheetml.template`,
  signed,
);
export const slides: FileKind = kind(
  'a PowerPoint presentation',
  'pptx potx ppsx',
  `${office}.presentationml.presentation ${office}.presentationml.template ${office}.presentationml.slideshow`,
  signed,
);
export const macros: FileKind = kind(
  'an Office document with macros',
  'docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam',
  'application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-word.template.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12 application/vnd.ms-excel.sheet.binary.macroenabled.12 application/vnd.ms-excel.addin.macroenabled.12 application/vnd.ms-powerpoint.presentation.macroenabled.12',
  signed,
);
export const anyOffice: FileKind = {
  name: 'an Office document',
  extensions: [...wordText.extensions, ...workbook.extensions, ...slides.extensions],
  types: [...wordText.types, ...workbook.types, ...slides.types],
  family: true,
};
export const odf: FileKind = kind(
  'an OpenDocument file',
  'odt ods odp odg',
  `${openDocument}.text ${openDocument}.spreadsheet ${openDocument}.presentation ${openDocument}.graphics`,
  { signed: true, family: true },
);
export const epub: FileKind = kind('an e-book', 'epub', 'application/epub+zip', signed);
export const compound: FileKind = kind(
  'an Office 97 document (or another compound file)',
  'doc dot xls xlt xla ppt pot pps msg vsd mpp pub',
  'application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook application/vnd.visio application/vnd.ms-project application/x-ole-storage',
  { signed: true, family: true },
);

export const pdf: FileKind = kind('a PDF', 'pdf', 'application/pdf application/x-pdf', signed);
export const rtf: FileKind = kind('an RTF document', 'rtf', 'application/rtf text/rtf', signed);
export const postscript: FileKind = kind('a PostScript file', 'ps eps', 'application/postscript', signed);
export const oneNote: FileKind = kind(
  'a OneNote section',
  'one',
  'application/onenote application/msonenote',
  signed,
);
export const help: FileKind = kind('a compiled help file', 'chm', 'application/vnd.ms-htmlhelp', signed);
export const html: FileKind = kind(
  'an HTML page',
  'html htm xhtml shtml mht mhtml',
  'text/html application/xhtml+xml',
);
export const svg: FileKind = kind('an SVG picture', 'svg', 'image/svg+xml');
export const xml: FileKind = kind('an XML file', 'xml xsl xsd', 'application/xml text/xml');

export const png: FileKind = kind('a PNG picture', 'png', 'image/png', signed);
export const jpeg: FileKind = kind(
  'a JPEG picture',
  'jpg jpeg jpe jfif',
  'image/jpeg image/jpg image/pjpeg',
  signed,
);
export const gif: FileKind = kind('a GIF picture', 'gif', 'image/gif', signed);
export const webp: FileKind = kind('a WebP picture', 'webp', 'image/webp', signed);
export const bmp: FileKind = kind('a bitmap', 'bmp dib', 'image/bmp image/x-ms-bmp', signed);
export const tiff: FileKind = kind('a TIFF picture', 'tif tiff', 'image/tiff', signed);
export const icon: FileKind = kind('an icon', 'ico cur', 'image/vnd.microsoft.icon image/x-icon');
export const heif: FileKind = kind('a HEIF picture', 'heic heif avif', 'image/heic image/heif image/avif', {
  signed: true,
  family: true,
});
export const wave: FileKind = kind('a WAV recording', 'wav', 'audio/vnd.wave audio/wav audio/x-wav', signed);
export const mp3: FileKind = kind('an MP3 recording', 'mp3', 'audio/mpeg audio/mp3');
export const ogg: FileKind = kind(
  'an Ogg recording',
  'ogg oga ogv opus',
  'audio/ogg video/ogg application/ogg',
  signed,
);
export const film: FileKind = kind(
  'an MPEG-4 file',
  'mp4 m4a m4v mov 3gp',
  'video/mp4 audio/mp4 video/quicktime video/x-m4v video/3gpp',
  { family: true },
);
export const flac: FileKind = kind('a FLAC recording', 'flac', 'audio/flac audio/x-flac', signed);
export const matroska: FileKind = kind('a Matroska film', 'webm mkv', 'video/webm video/x-matroska', {
  signed: true,
  family: true,
});
export const avi: FileKind = kind('an AVI film', 'avi', 'video/x-msvideo video/avi', signed);

export const gzip: FileKind = kind('a gzip archive', 'gz tgz', 'application/gzip application/x-gzip', signed);
export const bzip2: FileKind = kind('a bzip2 archive', 'bz2 tbz', 'application/x-bzip2', signed);
export const xz: FileKind = kind('an xz archive', 'xz txz', 'application/x-xz', signed);
export const zstandard: FileKind = kind('a Zstandard archive', 'zst', 'application/zstd', signed);
export const tar: FileKind = kind('a tar archive', 'tar', 'application/x-tar');
export const rar: FileKind = kind(
  'a RAR archive',
  'rar',
  'application/vnd.rar application/x-rar-compressed application/x-rar',
  signed,
);
export const sevenZip: FileKind = kind('a 7-Zip archive', '7z', 'application/x-7z-compressed', signed);
export const cabinet: FileKind = kind('a cabinet', 'cab', 'application/vnd.ms-cab-compressed', signed);
export const ace: FileKind = kind('an ACE archive', 'ace', 'application/x-ace-compressed', signed);
export const lha: FileKind = kind('an LHA archive', 'lzh lha', 'application/x-lzh-compressed', signed);
export const iso: FileKind = kind('a disk image', 'iso img', 'application/x-iso9660-image');
export const virtualDisk: FileKind = kind(
  'a virtual disk',
  'vhd vhdx wim dmg',
  'application/x-virtualbox-vhd application/x-apple-diskimage application/x-ms-wim',
  { family: true },
);
export const debian: FileKind = kind(
  'a Debian package',
  'deb',
  'application/vnd.debian.binary-package',
  signed,
);
export const rpm: FileKind = kind('an RPM package', 'rpm', 'application/x-rpm', signed);
