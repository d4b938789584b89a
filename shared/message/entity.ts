/**
 * Characters that HTML and XML write as entities (HTML Living Standard §13.5, XML 1.0 §4.6).
 */
import { entry } from '../platform/entry.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const special = /[&<>"']/;
const specials = /[&<>"']/g;

/** A text as HTML shows it, fit for text and for attributes in quotes. */
export const escapeHtml = (text: string): string =>
  // Most texts need nothing, and to see that is much cheaper.
  special.test(text) ? text.replaceAll(specials, (character) => escapes[character] ?? '') : text;

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * Decodes `&amp;`, `&#39;`, `&#x1F6A8;` and their like, once: what was escaped twice stays escaped once. Of names only the five of XML
 * and `nbsp` are known; a no-break space comes out as a space. What stands for no character, or for a control other than tab and line ends, stays as it is written.
 */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entry(named, String(name).toLowerCase()) ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    if (code === 0xa0) return ' ';
    const printable = code >= 32 || code === 9 || code === 10 || code === 13;
    const scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return printable && scalar ? String.fromCodePoint(code) : whole;
  });
}
