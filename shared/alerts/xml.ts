/**
 * XML as a tree of plain values, for the few tools that still send it (SOAP notifications, RSS, SAP, printers).
 *
 * A scanner, not a parser: no DTD, no entities of its own, namespaces dropped, faults skipped. Nothing is
 * expanded, so nothing can explode.
 */
import { decodeEntities } from '../message/entity.ts';

/** Levels of elements; what is deeper is taken for text of the last level. */
const depthLimit = 40;

/** Elements that are built. */
const elementLimit = 20_000;

interface Element {
  readonly name: string;
  readonly children: Record<string, unknown>;
  text: string;
}

/** Whether a text begins like XML, and not like HTML. */
export const looksLikeXml = (text: string): boolean =>
  /^\s*<(?:\?xml\s|[A-Za-z_][\w.:-]*[\s/>])/.test(text.slice(0, 300)) && !looksLikeHtml(text);

/** Whether a text begins like a page or a piece of HTML. */
export const looksLikeHtml = (text: string): boolean =>
  /^\s*<(?:!doctype html|html|head|body|p|div|h[1-6]|table|span|b|br|ul)\b/i.test(text.slice(0, 300));

/**
 * Reads XML: an element of text is a string, one with attributes or children an object (text beside them as `text`), repeated
 * elements an array. Objects have no prototype.
 *
 * @returns an object with the root element; undefined when there is no element.
 */
export function readXml(text: string): object | undefined {
  const root: Element = { name: '', children: emptyObject(), text: '' };
  const open: Element[] = [root];
  let elements = 0;
  let at = 0;
  while (at < text.length && elements < elementLimit) {
    const start = text.indexOf('<', at);
    const last = open.at(-1) ?? root;
    last.text += decodeEntities(text.slice(at, start === -1 ? text.length : start));
    if (start === -1) break;
    const special = skipSpecial(text, start);
    if (special) {
      last.text += special.text;
      at = special.end;
      continue;
    }
    const end = endOfTag(text, start);
    const tag = text.slice(start + 1, end);
    at = end + 1;
    if (tag.startsWith('/')) close(open, localName(tag.slice(1).trim()));
    else {
      elements++;
      const element = begin(tag);
      if (tag.endsWith('/') || open.length > depthLimit) add(last, element);
      else open.push(element);
    }
  }
  while (open.length > 1) close(open, open.at(-1)?.name ?? '');
  return Object.keys(root.children).length > 0 ? root.children : undefined;
}

const emptyObject = () => Object.create(null) as Record<string, unknown>;

/** Comments, declarations and instructions end as they say; CDATA is text. */
function skipSpecial(text: string, start: number): { end: number; text: string } | undefined {
  const next = text[start + 1];
  if (next !== '!' && next !== '?') return undefined;
  const [open, shut] = text.startsWith('<!--', start)
    ? ['<!--', '-->']
    : text.startsWith('<![CDATA[', start)
      ? ['<![CDATA[', ']]>']
      : ['<', '>'];
  const end = text.indexOf(shut, start + open.length);
  const stop = end === -1 ? text.length : end;
  return { end: stop + shut.length, text: shut === ']]>' ? text.slice(start + open.length, stop) : '' };
}

/** Offset of the ">" that ends a tag; one inside quotes does not. */
function endOfTag(text: string, start: number): number {
  let quote = '';
  // A tag longer than this is a lone "<" in text.
  const limit = Math.min(text.length, start + 10_000);
  for (let i = start; i < limit; i++) {
    const unit = text[i] ?? '';
    if (quote !== '') {
      if (unit === quote) quote = '';
    } else if (unit === '"' || unit === "'") quote = unit;
    else if (unit === '>') return i;
  }
  return limit;
}

function begin(tag: string): Element {
  const name = localName(/^[^\s/]{1,200}/.exec(tag)?.[0] ?? '');
  const children = emptyObject();
  for (const match of tag.matchAll(/\s([^\s=/"'<>]{1,200})\s?=\s?(?:"([^"]*)"|'([^']*)')/g)) {
    const attribute = match[1] ?? '';
    if (!attribute.startsWith('xmlns') && !attribute.startsWith('xsi:')) {
      children[localName(attribute)] = decodeEntities(match[2] ?? match[3] ?? '');
    }
  }
  return { name, children, text: '' };
}

/** Closes the last element of that name, and with it those that were left open; nothing when there is none. */
function close(open: Element[], name: string): void {
  // Looked for among the last few only, so that a page of wrong end tags costs little.
  const found = open.slice(1).findLastIndex((element) => element.name === name);
  if (found === -1) return;
  while (open.length > found + 1) {
    const element = open.pop();
    const parent = open.at(-1);
    if (element && parent) add(parent, element);
  }
}

function add(parent: Element, element: Element): void {
  const text = element.text.trim();
  const alone = Object.keys(element.children).length === 0;
  if (!alone && text !== '') element.children['text'] = text;
  const value = alone ? text : element.children;
  const present = parent.children[element.name];
  if (present === undefined) parent.children[element.name] = value;
  else if (Array.isArray(present)) present.push(value);
  else parent.children[element.name] = [present, value];
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1);
