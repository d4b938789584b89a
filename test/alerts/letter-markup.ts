/**
 * Reads the HTML of a letter as strictly as nobody else will: only the elements and attributes that the letter is known to write, in
 * double quotes, every element closed. Whatever comes from outside and is not escaped does not pass.
 */
import assert from 'node:assert/strict';

const attributes: Readonly<Record<string, string>> = {
  html: 'lang dir xmlns xmlns:o',
  head: '',
  meta: 'charset name content',
  title: '',
  style: '',
  body: 'class style',
  div: 'class style dir role lang aria-hidden aria-roledescription',
  table: 'class style role width align cellpadding cellspacing border bgcolor',
  tr: '',
  td: 'class style width height align valign bgcolor dir',
  th: 'class style width align valign scope dir',
  h1: 'class style dir',
  h2: 'class style dir',
  p: 'class style',
  span: 'class style dir aria-hidden',
  a: 'class style href target rel',
  b: '',
  br: '',
  ul: 'style',
  li: 'style',
  img: 'src alt width style',
};
const empty = new Set(['meta', 'br', 'img']);

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
  '&#8199;': '',
  '&#847;': '',
};

function decoded(text: string): string {
  assert.doesNotMatch(text, /[<>]/, `bare angle bracket in ${JSON.stringify(text.slice(0, 200))}`);
  return text.replaceAll(/&[#\w]*;?/g, (entity) => {
    const character = entities[entity];
    assert.notEqual(character, undefined, `"${entity}" is none of our entities`);
    return character ?? '';
  });
}

export interface Read {
  /** What is between the elements, decoded, line by line. */
  readonly text: string;
  readonly hrefs: readonly string[];
  readonly images: readonly string[];
}

/** Throws an AssertionError where the HTML is not ours. */
export function readLetterHtml(html: string): Read {
  const hrefs: string[] = [];
  const images: string[] = [];
  const open: string[] = [];
  let text = '';
  // The comments are the same in every letter, the style sheets have no text from outside.
  const body = html
    .replace(/^<!doctype html>/, '')
    .replaceAll(/<!--\[if mso\]>[^]*?<!\[endif\]-->/g, '')
    .replaceAll(/<style>[^<]*<\/style>/g, '');
  for (const [token] of body.matchAll(/<[^>]*>?|[^<]+/g)) {
    if (!token.startsWith('<')) {
      text += open.at(-1) === 'title' ? '' : decoded(token);
      continue;
    }
    const [, close, name = '', rest = ''] = /^<(\/?)([a-z][a-z0-9]*)((?:\s[^>]*)?)>$/.exec(token) ?? [];
    const known = attributes[name];
    assert.ok(known !== undefined, `unknown element ${token.slice(0, 200)}`);
    if (close === '/') {
      assert.equal(open.pop(), name, `${token} closes another element`);
      text += '\n';
      continue;
    }
    const left = rest.replace(/\/$/, '').replaceAll(/\s+([a-z:-]+)="([^"]*)"/g, (_, attribute, value) => {
      assert.ok(known.split(' ').includes(attribute), `${attribute} on ${token.slice(0, 200)}`);
      const content = decoded(value);
      if (attribute === 'href') hrefs.push(content);
      if (attribute === 'src') images.push(content);
      if (attribute === 'alt') text += content;
      return '';
    });
    assert.match(left, /^\s*$/, `attributes of ${token.slice(0, 200)}`);
    if (!empty.has(name)) open.push(name);
    if (name === 'br') text += '\n';
  }
  assert.deepEqual(open, []);
  return { text, hrefs, images };
}
