/**
 * Markup of chats as plain text: Slack's mrkdwn, Markdown, and the little HTML that cards allow.
 *
 * What comes out is text for people, with the links taken out beside it. Angle brackets that are no markup (`<subscription ID>`,
 * `Me <me@example.org>`) stay as they are: whoever writes a mail escapes all of it.
 */
import { decodeEntities } from '../message/entity.ts';
import { tidyLines } from '../message/lines.ts';
import { entry } from '../platform/entry.ts';
import type { Link } from './alert.ts';

/** Text without markup, and the links that were in it. */
export interface Plain {
  readonly text: string;
  readonly links: readonly Link[];
}

/** The short names of emoji that monitoring tools use in chats. */
const emoji: Readonly<Record<string, string>> = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  rotating_light: '🚨',
  fire: '🔥',
  red_circle: '🔴',
  large_green_circle: '🟢',
  green_circle: '🟢',
  large_yellow_circle: '🟡',
  helmet_with_white_cross: '⛑️',
  no_entry: '⛔',
  bell: '🔔',
  information_source: 'ℹ️',
  rocket: '🚀',
  tada: '🎉',
};

/** `:x:` as the emoji. Names that are not known stay, and so do times (`12:30:45`). */
function withEmoji(text: string): string {
  return text.replaceAll(
    /(?<![\w:]):([a-z][a-z0-9_]{0,40}):(?!\w)/g,
    (whole, name) => entry(emoji, String(name)) ?? whole,
  );
}

/** Slack's mrkdwn as text (docs.slack.dev, "Formatting message text"). */
export function plainSlack(source: string): Plain {
  const links: Link[] = [];
  const text = source.replaceAll(/<([^<>\n|]{1,2000})(?:\|([^<>\n]{0,500}))?>/g, (whole, target, label) => {
    const to = String(target);
    const shown = label === undefined ? undefined : decodeEntities(String(label));
    if (/^(?:https?:|mailto:|tel:)/i.test(to)) {
      const url = decodeEntities(to);
      links.push({ label: shown || url, url });
      return shown || url.replace(/^(?:mailto|tel):/i, '');
    }
    if (to.startsWith('#')) return `#${shown ?? to.slice(1)}`;
    if (to.startsWith('@')) return `@${shown ?? to.slice(1)}`;
    if (to.startsWith('!')) return shown ?? `@${to.slice(1).split('^')[0]}`;
    return whole;
  });
  return { text: tidy(withEmoji(decodeEntities(emphasis(text, '*_~')))), links };
}

/** Markdown as text: of headings, emphasis, code and links only what is written in them. */
export function plainMarkdown(source: string): Plain {
  const links: Link[] = [];
  const text = source
    .replaceAll(
      /!?\[([^[\]\n]{0,300})\]\(<?([^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,500})?)>?\)/g,
      (_whole, label, url) => {
        links.push({ label: String(label) || String(url), url: String(url) });
        return String(label) || String(url);
      },
    )
    .replaceAll(/<(https?:\/\/[^\s<>]{1,2000})>/g, (_whole, url) => {
      links.push({ label: String(url), url: String(url) });
      return String(url);
    })
    .replaceAll(/^ {0,3}#{1,6} {1,4}/gm, '');
  return { text: tidy(withEmoji(decodeEntities(emphasis(text, '*_~')))), links };
}

const tags =
  'a|b|i|u|p|br|em|li|ul|ol|hr|h[1-6]|strong|code|pre|div|span|font|table|tr|td|th|tbody|s|del|blockquote';
const breaks = /<(?:br|hr)\s{0,3}\/?>|<\/(?:p|div|li|tr|h[1-6]|blockquote)\s{0,3}>/gi;
const anchor =
  /<a\s[^<>]{0,500}?href\s{0,3}=\s{0,3}["']([^"'<>]{1,2000})["'][^<>]{0,500}>([^<>]{0,500})<\/a>/gi;
const known = new RegExp(`</?(?:${tags})(?:\\s[^<>]{0,1000})?/?>`, 'gi');

/** The HTML that cards and chats allow as text. Only known tags go: `<subscription ID>` is somebody's text. */
export function plainHtml(source: string): Plain {
  const links: Link[] = [];
  const text = source
    .replaceAll(anchor, (_whole, href, label) => {
      const url = decodeEntities(String(href));
      links.push({ label: decodeEntities(String(label)).trim() || url, url });
      return String(label);
    })
    .replaceAll(breaks, '\n')
    .replaceAll(known, '');
  return { text: tidy(decodeEntities(text)), links };
}

/** What Teams cards hold: HTML first, Markdown in what is left. */
export function plainCard(source: string): Plain {
  const html = plainHtml(source);
  const markdown = plainMarkdown(html.text);
  return { text: markdown.text, links: [...html.links, ...markdown.links] };
}

/** Takes emphasis and code marks away where they stand in pairs around words; `a * b` and `snake_case` stay. */
function emphasis(text: string, marks: string): string {
  let out = text.replaceAll(/```(?:[a-z]{1,12}\n)?/g, '').replaceAll(/`([^`\n]{1,1000})`/g, '$1');
  for (const mark of marks) {
    const m = mark === '*' ? '\\*' : mark;
    const pair = new RegExp(
      `(?<![\\w${m}])${m}{1,3}(?=[^\\s${m}])([^${m}\\n]{0,500}[^\\s${m}])${m}{1,3}(?![\\w${m}])`,
      'g',
    );
    out = out.replaceAll(pair, '$1');
  }
  return out;
}

/** Tidy lines, quote marks gone. */
function tidy(text: string): string {
  return tidyLines(text.replaceAll(/\r\n?/g, '\n').replaceAll(/^(?:&gt;|>) ?/gm, ''));
}
