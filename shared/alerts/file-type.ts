/**
 * What a body without a name is, by its first bytes. Signatures: the "list of file signatures" that browsers use (WHATWG MIME Sniffing
 * §6) and the file formats' own standards.
 */
import { findBidirectional, findUnprintable } from '../message/character.ts';
import { mediaTypeOf } from '../message/attachment.ts';

interface Signature {
  readonly offset: number;
  readonly bytes: string;
  readonly contentType: string;
  readonly extension: string;
}

const sign = (bytes: string, contentType: string, extension: string, offset = 0): Signature => ({
  offset,
  bytes,
  contentType,
  extension,
});

/** Bytes as Latin-1. */
const signatures: readonly Signature[] = [
  sign('\xff\xd8\xff', 'image/jpeg', 'jpg'),
  sign('\x89PNG\r\n\x1a\n', 'image/png', 'png'),
  sign('GIF87a', 'image/gif', 'gif'),
  sign('GIF89a', 'image/gif', 'gif'),
  sign('WEBP', 'image/webp', 'webp', 8),
  sign('WAVE', 'audio/vnd.wave', 'wav', 8),
  sign('AVI ', 'video/x-msvideo', 'avi', 8),
  sign('BM', 'image/bmp', 'bmp'),
  sign('II*\0', 'image/tiff', 'tif'),
  sign('MM\0*', 'image/tiff', 'tif'),
  sign('ftypheic', 'image/heic', 'heic', 4),
  sign('ftypavif', 'image/avif', 'avif', 4),
  sign('ftypqt', 'video/quicktime', 'mov', 4),
  sign('ftypM4A', 'audio/mp4', 'm4a', 4),
  sign('ftyp', 'video/mp4', 'mp4', 4),
  sign('\x1aE\xdf\xa3', 'video/webm', 'webm'),
  sign('%PDF-', 'application/pdf', 'pdf'),
  sign('PK\x03\x04', 'application/zip', 'zip'),
  sign('\x1f\x8b', 'application/gzip', 'gz'),
  sign("7z\xbc\xaf'\x1c", 'application/x-7z-compressed', '7z'),
  sign('ID3', 'audio/mpeg', 'mp3'),
  sign('OggS', 'audio/ogg', 'ogg'),
  sign('fLaC', 'audio/flac', 'flac'),
];

/** What a file turned out to be. */
export interface FileType {
  readonly contentType: string;
  /** Without dot. */
  readonly extension: string;
}

/** The type that the first bytes tell; undefined when they tell none. */
export function sniffFile(bytes: Uint8Array): FileType | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString('latin1');
  const found = signatures.find(({ offset, bytes: expected }) => start.startsWith(expected, offset));
  // Two letters are little: a text may begin with them.
  if (found?.extension === 'bmp' && !/^BM.{4}\0{4}/s.test(start)) return undefined;
  return found && { contentType: found.contentType, extension: found.extension };
}

/**
 * A name under which a file can be attached: without folders, controls and characters that reorder text, at most 200 characters.
 *
 * @param fallback for a name of which nothing is left.
 */
export function safeFilename(name: string, fallback: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = Array.from(last.slice(0, 1000))
    .filter(
      (character) => findUnprintable(character) === undefined && findBidirectional(character) === undefined,
    )
    .join('')
    .replaceAll(/=\?|\?=/g, '')
    .trim()
    .slice(-200)
    .toWellFormed();
  return clean === '' || clean === '.' || clean === '..' ? fallback : clean;
}

/** The media type of a named file: by its bytes, else as declared, else by its name. */
export function fileType(bytes: Uint8Array, filename: string, declared: string): string {
  const sniffed = sniffFile(bytes)?.contentType;
  const named = mediaTypeOf(filename);
  // A docx is a zip: the name knows more.
  if (sniffed !== undefined && sniffed !== 'application/zip') return sniffed;
  if (named !== 'application/octet-stream') return named;
  if (sniffed !== undefined) return sniffed;
  return /^[a-z]+\/[a-z0-9.+-]+$/.test(declared) && !declared.startsWith('multipart/')
    ? declared
    : 'application/octet-stream';
}
