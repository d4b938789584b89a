/**
 * Slack's incoming webhooks, and what speaks the same: Mattermost, Rocket.Chat, and every tool that offers "Slack" and nothing else
 * (docs.slack.dev, "Messages", "Block Kit", "Secondary message attachments").
 */
import type { Adapter, HookRequest, Link, Reading, Severity } from '../alert.ts';
import { told, type Piece } from '../chat.ts';
import { severityOfColour } from '../colour.ts';
import { plainMarkdown, plainSlack, type Plain } from '../markup.ts';
import {
  at,
  fields,
  has,
  isFields,
  list,
  nested,
  only,
  several,
  text,
  when,
  type Fields,
} from '../sketch.ts';

/** What a message may hold at the top. Nothing else: a body with fields of its own is not Slack's. */
const keys = new Set(
  (
    'text blocks attachments channel username icon_emoji icon_url mrkdwn type thread_ts unfurl_links unfurl_media link_names parse ' +
    'as_user reply_broadcast metadata response_type replace_original delete_original props priority emoji avatar alias roomId tmid ' +
    'parseUrls groupable token userIds customFields'
  ).split(' '),
);

/** Keys of which one has to be there when text alone does not tell. */
const telling = [
  'blocks',
  'attachments',
  'icon_emoji',
  'icon_url',
  'mrkdwn',
  'channel',
  'username',
  'response_type',
  'thread_ts',
];

const deepest = 6;

interface Taken {
  readonly pieces: Piece[];
  readonly facts: (readonly [string, unknown])[];
  readonly links: Link[];
  severity?: Severity | undefined;
  at?: Date | undefined;
}

export const slack: Adapter = {
  name: 'slack',
  label: 'Slack-shaped message',
  read(request: HookRequest): Reading {
    const body = messageOf(request.value);
    if (body === undefined) return undefined;
    const taken: Taken = { pieces: [], facts: [], links: [] };
    add(taken, 'text', body['text']);
    blocks(taken, body['blocks'], 0);
    for (const attachment of list(body['attachments']).slice(0, 50)) attached(taken, fields(attachment));
    if (taken.pieces.length === 0 && taken.facts.length === 0) return undefined;
    return several([told('slack', taken, text(body['username']))]);
  },
};

/** The message, which a form carries as JSON in `payload`; undefined when the body is something else. */
function messageOf(value: unknown): Fields | undefined {
  const body = has(value, 'payload') && Object.keys(value).length === 1 ? nested(value['payload']) : value;
  if (!isFields(body) || !only(body, keys)) return undefined;
  const shaped =
    list(body['blocks']).some((block) => typeof at(block, 'type') === 'string') ||
    list(body['attachments']).some(isAttachment) ||
    (typeof body['text'] === 'string' &&
      (Object.keys(body).length === 1 ||
        body['type'] === 'mrkdwn' ||
        telling.some((key) => Object.hasOwn(body, key))));
  return shaped ? body : undefined;
}

function isAttachment(value: unknown): boolean {
  if (!isFields(value) || has(value, 'contentType')) return false;
  return ['fallback', 'color', 'pretext', 'text', 'title', 'fields', 'blocks'].some((key) =>
    Object.hasOwn(value, key),
  );
}

function add(taken: Taken, kind: Piece['kind'], value: unknown): void {
  const written = text(value);
  if (written === '') return;
  const plain = plainOf(written);
  taken.links.push(...plain.links);
  if (!taken.pieces.some((piece) => piece.text === plain.text)) taken.pieces.push({ kind, text: plain.text });
}

/** Mattermost and Rocket.Chat take Markdown where Slack has its own marks. */
function plainOf(written: string): Plain {
  const plain = plainSlack(written);
  if (!/\]\(https?:|^#{1,6} /m.test(plain.text)) return plain;
  const markdown = plainMarkdown(plain.text);
  return { text: markdown.text, links: [...plain.links, ...markdown.links] };
}

function fact(taken: Taken, name: unknown, value: unknown): void {
  const plain = plainOf(text(value));
  taken.links.push(...plain.links);
  taken.facts.push([plainSlack(text(name)).text.replace(/:$/, ''), plain.text]);
}

function link(taken: Taken, label: unknown, url: unknown): void {
  if (text(url) !== '') taken.links.push({ label: plainSlack(text(label)).text, url: text(url) });
}

function attached(taken: Taken, attachment: Fields): void {
  taken.severity ??= severityOfColour(attachment['color']);
  taken.at ??= when(attachment['ts']);
  const before = taken.pieces.length;
  add(taken, 'title', attachment['title']);
  link(taken, attachment['title'], attachment['title_link']);
  add(taken, 'text', attachment['pretext']);
  add(taken, 'text', attachment['text']);
  for (const field of list(attachment['fields']).slice(0, 100))
    fact(taken, at(field, 'title'), at(field, 'value'));
  blocks(taken, attachment['blocks'], 1);
  for (const action of list(attachment['actions'])) link(taken, at(action, 'text'), at(action, 'url'));
  if (taken.pieces.length === before && taken.facts.length === 0) add(taken, 'text', attachment['fallback']);
  link(taken, attachment['author_name'], attachment['author_link']);
  if (taken.pieces.length > before) fact(taken, 'From', attachment['footer']);
}

function blocks(taken: Taken, value: unknown, depth: number): void {
  for (const block of list(value).slice(0, 100)) {
    const of = fields(block);
    switch (text(of['type'])) {
      case 'header':
        add(taken, 'title', at(of, 'text', 'text'));
        break;
      case 'section':
        add(taken, 'text', at(of, 'text', 'text'));
        for (const field of list(of['fields'])) column(taken, text(at(field, 'text')));
        button(taken, of['accessory']);
        break;
      case 'context':
        add(
          taken,
          'text',
          list(of['elements'])
            .map((element) => text(at(element, 'text')))
            .filter(Boolean)
            .join(' '),
        );
        break;
      case 'actions':
        for (const element of list(of['elements'])) button(taken, element);
        break;
      case 'rich_text':
        add(taken, 'text', rich(of['elements'], depth));
        break;
      case 'markdown':
        add(taken, 'text', of['text']);
        break;
      case 'image':
        add(taken, 'text', at(of, 'title', 'text') ?? of['alt_text']);
        link(taken, 'Picture', of['image_url']);
        break;
      default:
    }
  }
}

/** A column of a section: `*Name*` on the first line and the value below, or `*Name:* value`. */
function column(taken: Taken, source: string): void {
  const parts = /^\*([^*\n]{1,100})\*:?[ \t]*\n?([\s\S]*)$/.exec(source);
  if (parts && text(parts[2]) !== '') fact(taken, parts[1], parts[2]);
  else add(taken, 'text', source);
}

function button(taken: Taken, element: unknown): void {
  link(taken, at(element, 'text', 'text'), at(element, 'url'));
}

function rich(elements: unknown, depth: number): string {
  if (depth > deepest) return '';
  return list(elements)
    .slice(0, 500)
    .map((element) => {
      const of = fields(element);
      const type = text(of['type']);
      if (type === 'link') return `<${text(of['url'])}|${text(of['text']) || text(of['url'])}>`;
      if (type === 'emoji') return `:${text(of['name'])}:`;
      if (Array.isArray(of['elements']))
        return `${rich(of['elements'], depth + 1)}${type.startsWith('rich_text') ? '\n' : ''}`;
      return typeof of['text'] === 'string' ? of['text'] : '';
    })
    .join('');
}
