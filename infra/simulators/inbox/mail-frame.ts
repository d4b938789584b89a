/** The HTML of a mail, made ready for its own frame: the images it brought along get addresses, nothing else changes. */
import type { Letter } from './letter.ts';

/** `images`: where the parts of the mail are, ending in a slash; a part's address is its index there. */
export function framedHtml(letter: Letter, images: string): string {
  let body = letter.html ?? '';
  const ids = letter.attachments.flatMap(({ contentId }, index) =>
    contentId === undefined ? [] : [{ contentId, index }],
  );
  // The longest first: one id may be the beginning of another.
  for (const { contentId, index } of ids.toSorted(
    (one, other) => other.contentId.length - one.contentId.length,
  )) {
    body = body.replaceAll(`cid:${contentId}`, `${images}${index}`);
  }
  // In front of everything, so that it also stands before a doctype that is then ignored: mails are written for that.
  return `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><base target="_blank">${body}`;
}

/** Whether the HTML refers to something on the web that would be loaded when the mail is shown. */
export function wantsRemoteContent(letter: Letter): boolean {
  const inAttribute = /<[^>]*\s(?:src|srcset|background|poster|data)\s*=\s*["']?\s*(?:https?:)?\/\//iu;
  const inStyle = /(?:url\(|@import)\s*["']?\s*(?:https?:)?\/\//iu;
  const inLink = /<link\b[^>]*\shref\s*=\s*["']?\s*(?:https?:)?\/\//iu;
  const body = letter.html ?? '';
  return inAttribute.test(body) || inStyle.test(body) || inLink.test(body);
}

/** Image types that a browser may show from a mail. Not SVG: that is a document with scripts. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

export function isPicture(mimeType: string): boolean {
  return PICTURES.has(mimeType);
}
