/**
 * Discord's webhooks (docs.discord.com, "Execute Webhook"): content and embeds, as JSON or in the form field `payload_json`.
 */
import type { Adapter, HookRequest, Link, Reading, Severity } from '../alert.ts';
import { told, type Piece } from '../chat.ts';
import { severityOfColour } from '../colour.ts';
import { plainMarkdown } from '../markup.ts';
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

const keys = new Set(
  (
    'content embeds username avatar_url tts allowed_mentions components flags thread_name applied_tags attachments poll payload_json ' +
    'nonce'
  ).split(' '),
);

export const discord: Adapter = {
  name: 'discord',
  label: 'Discord-shaped message',
  read(request: HookRequest): Reading {
    const body = has(request.value, 'payload_json') ? nested(request.value['payload_json']) : request.value;
    if (!isFields(body) || !only(body, keys)) return undefined;
    const embeds = list(body['embeds']).filter(isFields).slice(0, 25);
    const content = text(body['content']);
    if (embeds.length === 0 && content === '') return undefined;

    const pieces: Piece[] = [];
    const links: Link[] = [];
    const facts: (readonly [string, unknown])[] = [];
    const add = (kind: Piece['kind'], value: unknown): void => {
      const plain = plainMarkdown(mentions(text(value)));
      links.push(...plain.links);
      pieces.push({ kind, text: plain.text });
    };
    add('text', content);
    for (const embed of embeds) {
      add('title', embed['title']);
      link(links, embed['title'], embed['url']);
      add('text', embed['description']);
      for (const field of list(embed['fields']).slice(0, 50)) {
        const value = plainMarkdown(mentions(text(at(field, 'value'))));
        links.push(...value.links);
        facts.push([plainMarkdown(text(at(field, 'name'))).text.replace(/:$/, ''), value.text]);
      }
      if (text(embed['title']) === '') add('title', at(embed, 'author', 'name'));
      link(links, at(embed, 'author', 'name'), at(embed, 'author', 'url'));
      link(links, 'Picture', at(embed, 'image', 'url'));
      facts.push(['From', at(embed, 'footer', 'text')]);
    }
    const severity = embeds
      .map((embed) => severityOfColour(embed['color']))
      .find((found) => found !== undefined);
    const time = when(fields(embeds[0])['timestamp']);
    const message = { pieces, facts, links, severity: severity satisfies Severity | undefined, at: time };
    return several([told('discord', message, text((body satisfies Fields)['username']))]);
  },
};

function link(links: Link[], label: unknown, url: unknown): void {
  if (text(url) !== '') links.push({ label: plainMarkdown(text(label)).text, url: text(url) });
}

/** `<@1234>`, `<#1234>`, `<:name:1234>` and `<t:1618953630:R>` say nothing outside Discord. */
function mentions(source: string): string {
  return source
    .replaceAll(/<a?:(\w{1,40}):\d{1,25}>/g, ':$1:')
    .replaceAll(/<t:(\d{9,11})(?::[tTdDfFR])?>/g, (whole, seconds) => when(seconds)?.toISOString() ?? whole)
    .replaceAll(/<(?:@[!&]?|#)\d{1,25}>\s?/g, '');
}
