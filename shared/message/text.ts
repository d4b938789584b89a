/**
 * The text part of a message that came as HTML only: what people read in a terminal, on a watch, and with a screen reader.
 *
 * The converter is loaded when the first such message comes, since it costs some 25 ms of the cold start. HTML is whatever anybody
 * sends, so the work is bounded: by length, and by nesting, since the parser takes quadratic time on unclosed elements.
 */
import type { FormatCallback, HtmlToTextOptions } from 'html-to-text';
import { decodeEntities } from './entity.ts';
import { tidyLines } from './lines.ts';

/** Most HTML that is looked at, in UTF-16 units, after inline data has been taken out. */
const lengthLimit = 1024 * 1024;

/** Deepest nesting that is given to the parser; 200,000 unclosed elements would take it ten seconds. */
const nestingLimit = 2000;

/** Elements that cannot be left open (HTML Living Standard §13.1.2). */
const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);

/** Shows an image as its description; a bare `cid:` says nothing to a reader. */
const description: FormatCallback = (element, _walk, builder) => {
  const alt: unknown = element.attribs?.['alt'];
  if (typeof alt === 'string' && alt !== '') builder.addInline(alt);
};

const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: 200 },
  formatters: { description },
  selectors: [
    { selector: 'title', format: 'skip' },
    { selector: 'img', format: 'description' },
    {
      selector: 'a',
      options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true, linkBrackets: ['(', ')'] },
    },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    // Most tables in mail are layout; as aligned columns they are unreadable. A row is a line.
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'td', format: 'inlineSurround', options: { suffix: '  ' } },
    { selector: 'th', format: 'inlineSurround', options: { suffix: '  ' } },
  ],
};

let converter: Promise<(html: string) => string> | undefined;

/**
 * Makes a text part.
 *
 * @returns the text, links kept in parentheses; empty when the HTML shows no text. Very long HTML ends in "…".
 */
export async function textFromHtml(html: string): Promise<string> {
  converter ??= import('html-to-text').then(({ compile }) => compile(options));
  const convert = await converter;
  const lean = html.replaceAll(/\bdata:[a-z]+\/[^"'\s>]{100,}/gi, '');
  const start = lean.slice(0, lengthLimit);
  const text = nesting(start) > nestingLimit ? stripTags(start) : tryConvert(convert, start);
  return tidyLines(text).trimStart().toWellFormed() + (start.length < lean.length ? '\n…' : '');
}

function tryConvert(convert: (html: string) => string, html: string): string {
  try {
    return convert(html);
  } catch {
    return stripTags(html);
  }
}

/** The deepest that unclosed elements stand in each other, or more: a closing tag counts only when its element is open. */
function nesting(html: string): number {
  const open = new Map<string, number>();
  let depth = 0;
  let deepest = 0;
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    const name = tag.toLowerCase();
    if (voidElements.has(name)) continue;
    const count = open.get(name) ?? 0;
    if (slash === '/' && count === 0) continue;
    const step = slash === '/' ? -1 : 1;
    open.set(name, count + step);
    depth += step;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** For HTML that no parser should see: tags out, line breaks where blocks begin, the commonest entities decoded. */
const stripTags = (html: string): string =>
  decodeEntities(
    html
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/<(?:br|p|div|tr|li|h[1-6]|table|ul|ol)\b[^<>]*>/gi, '\n')
      .replaceAll(/<[^<>]*>/g, ' '),
  ).replaceAll(/ {2,}/g, ' ');
