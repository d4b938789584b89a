/**
 * HTML where words are wanted: bodies that are a page, and fields that somebody filled with markup.
 */
import { decodeEntities } from '../../message/entity.ts';

const blocks = /^\/?(?:p|div|br|tr|li|h[1-6]|table|ul|ol|title|head|body|pre|section)\b/i;

/** Whether a text is HTML, by how it begins. */
const isHtml = (text: string): boolean =>
  /^\s{0,20}<(?:p|div|b|strong|html|!doctype|table|h[1-6]|br|ul|ol|span|body|font)\b/i.test(text);

/** The words of HTML, blocks on their own lines. Scripts and styles are no words. */
export function withoutTags(html: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf('<', at);
    pieces.push(html.slice(at, start === -1 ? html.length : start).replaceAll(/\s+/g, ' '));
    if (start === -1) break;
    const silent = /^<(script|style)\b/i.exec(html.slice(start, start + 8))?.[1];
    const stop = silent === undefined ? '>' : `</${silent.toLowerCase()}`;
    const end = html.indexOf(stop, start + 1);
    if (blocks.test(html.slice(start + 1, start + 12))) pieces.push('\n');
    at =
      end === -1 ? html.length : silent === undefined ? end + 1 : Math.max(end, html.indexOf('>', end)) + 1;
  }
  return (
    decodeEntities(pieces.join(''))
      // Looked for from the beginning of a run only, since "<b> <b> …" leaves runs of spaces of any length.
      .replaceAll(/(?<![ \t])[ \t]*\n[ \t\n]*/g, '\n')
  );
}

/** A text for people: HTML by its words, anything else as it is. */
export const readable = (text: string): string => (isHtml(text) ? withoutTags(text).trim() : text);
