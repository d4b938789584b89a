/**
 * What an attachment may be called and how its content is described.
 */
import { findReordering, findUnprintable } from './character.ts';
import { looksEncoded } from './encoded-word.ts';
import { mediaTypes } from './media-types.ts';

/** Most attachments in one message. */
export const attachmentLimit = 100;

/** Longest file name, in UTF-16 units: what Windows file systems hold. */
const filenameLimit = 255;

/** Longest Content-ID, so that its header stays on one line. */
const contentIdLimit = 200;

/** RFC 6838 §4.2: the restricted names on both sides of the slash, at most 127 characters each. */
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** Characters that make a path of a name, or that Windows refuses in names. */
const pathCharacters = /[/\\]/;

/** What is wrong with a file name, as a sentence; undefined when nothing is. */
export function filenameFault(name: string): string | undefined {
  if (name.trim() === '') return 'The file name is empty; give one such as report.pdf.';
  if (name.length > filenameLimit) return `The file name is longer than ${filenameLimit} characters.`;
  const control = findUnprintable(name);
  if (control !== undefined) return `The file name holds the control character ${control}; remove it.`;
  const reordering = findReordering(name);
  if (reordering !== undefined) {
    return `The file name holds ${reordering}, which changes the order in which it is read; remove it.`;
  }
  if (pathCharacters.test(name))
    return 'The file name must not hold "/" or "\\"; give the name without its folder.';
  if (looksEncoded(name)) {
    return 'The file name is encoded already (=?…?=); write it as plain text, it is encoded for you.';
  }
  if (/^\s*\.\.?\s*$/.test(name)) return 'The file name names a folder; give one such as report.pdf.';
  return undefined;
}

/** A media type in normal form, or what is wrong with it. */
export type MediaTypeResult =
  | { readonly ok: true; readonly contentType: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a media type (RFC 6838). Parameters are dropped: the bytes of an attachment are carried as they are, and readers of
 * attachments go by name and type.
 */
export function parseMediaType(text: string): MediaTypeResult {
  const contentType = (text.split(';')[0] ?? '').trim().toLowerCase();
  if (findUnprintable(text) !== undefined || !mediaType.test(contentType)) {
    return {
      ok: false,
      reason: 'This is no media type; write one such as application/pdf, or leave it out.',
    };
  }
  if (contentType.startsWith('multipart/')) {
    return { ok: false, reason: 'An attachment cannot be a multipart type; attach its parts one by one.' };
  }
  return { ok: true, contentType };
}

/** The media type that a file name suggests; `application/octet-stream` when it suggests none. */
export function mediaTypeOf(filename: string): string {
  const dot = filename.lastIndexOf('.');
  const extension = dot === -1 ? '' : filename.slice(dot + 1).toLowerCase();
  return mediaTypes.get(extension) ?? 'application/octet-stream';
}

/** A Content-ID in normal form, or what is wrong with it. */
export type ContentIdResult =
  | { readonly ok: true; readonly contentId: string }
  | { readonly ok: false; readonly reason: string };

/** Reads a Content-ID; angle brackets around it and a leading `cid:` are taken off, since both are common. */
export function parseContentId(text: string): ContentIdResult {
  const contentId = text.replace(/^cid:/i, '').replace(/^<(.*)>$/s, '$1');
  if (contentId === '' || contentId.length > contentIdLimit) {
    return { ok: false, reason: `The content id must have 1 to ${contentIdLimit} characters.` };
  }
  // RFC 2392 lets any addr-spec stand in a cid: URL; what is used in practice, and survives Graph, is less.
  if (!/^[A-Za-z0-9!#$&'*+=?^_`{|}~.@-]+$/.test(contentId)) {
    return {
      ok: false,
      reason:
        'The content id may hold ASCII letters, digits and .-_@ (and few other signs), no spaces, such as logo@example.com.',
    };
  }
  return { ok: true, contentId };
}
