/**
 * What a file in a request is called, and of what type it is. What its first bytes show counts first: senders label files as they like.
 */
import { mediaTypeOf } from '../message/attachment.ts';
import { findBidirectional, findUnprintable } from '../message/character.ts';
import { formOfContent, kindOfType, leadingBytes, type FileForm } from '../message/file-type.ts';
import { looksLikeText } from './charset.ts';

/**
 * The type that the first bytes tell; undefined when they tell none.
 *
 * A text tells none, whatever it begins with: it is read. A PDF may be all of text, and shows it at its very beginning.
 */
export function sniffFile(bytes: Uint8Array): FileForm | undefined {
  const leading = bytes.subarray(0, leadingBytes);
  const isText = looksLikeText(leading) && !Buffer.from(leading.subarray(0, 5)).equals(pdfMark);
  return isText ? undefined : formOfContent(leading);
}

const pdfMark = Buffer.from('%PDF-');

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

/** The media type of a named file: by its bytes, else by its name, else as declared. */
export function fileType(bytes: Uint8Array, filename: string, declared: string): string {
  const sniffed = sniffFile(bytes)?.contentType;
  const named = mediaTypeOf(filename);
  const isNamed = named !== untyped;
  if (sniffed !== undefined) {
    // A name says which of its kind's formats a file is, and what an archive is more than that.
    const isFiner = sniffed === 'application/zip' || kindOfType(named) === kindOfType(sniffed);
    return isNamed && isFiner ? named : sniffed;
  }
  if (isNamed) return named;
  return /^[a-z]+\/[a-z0-9.+-]+$/.test(declared) && !declared.startsWith('multipart/') ? declared : untyped;
}

const untyped = 'application/octet-stream';
