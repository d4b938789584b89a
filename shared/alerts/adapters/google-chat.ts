/** Google Chat's webhooks: cards of both versions (developers.google.com, "Card v2"). Text alone is read as Slack's, whose marks it shares. */
import type { Adapter, HookRequest, Link, Reading } from '../alert.ts';
import { told, type Piece } from '../chat.ts';
import { plainHtml, plainSlack } from '../markup.ts';
import { at, fields, isFields, list, several, text } from '../sketch.ts';

export const googleChat: Adapter = {
  name: 'google-chat',
  label: 'Google Chat card',
  read(request: HookRequest): Reading {
    const body = fields(request.value);
    const cards = [...list(body['cardsV2']).map((entry) => at(entry, 'card')), ...list(body['cards'])].filter(
      (card) => isFields(card) && (isFields(card['header']) || Array.isArray(card['sections'])),
    );
    if (cards.length === 0) return undefined;
    const pieces: Piece[] = [{ kind: 'text', text: plainSlack(text(body['text'])).text }];
    const facts: (readonly [string, unknown])[] = [];
    const links: Link[] = [];
    for (const card of cards.slice(0, 20)) {
      pieces.push({ kind: 'title', text: text(at(card, 'header', 'title')) });
      pieces.push({ kind: 'text', text: text(at(card, 'header', 'subtitle')) });
      const sections = list(at(card, 'sections')).slice(0, 50);
      for (const widget of sections.flatMap((section) => list(at(section, 'widgets')).slice(0, 50))) {
        const paragraph = plainHtml(text(at(widget, 'textParagraph', 'text')));
        pieces.push({ kind: 'text', text: paragraph.text });
        links.push(...paragraph.links);
        const pair = fields(at(widget, 'decoratedText') ?? at(widget, 'keyValue'));
        const value = plainHtml(text(pair['text']) || text(pair['content'])).text;
        const name = text(pair['topLabel']);
        if (name === '') pieces.push({ kind: 'text', text: value });
        else facts.push([name, value]);
        for (const button of [...list(at(widget, 'buttonList', 'buttons')), ...list(at(widget, 'buttons'))]) {
          const pressed = at(button, 'textButton') ?? button;
          const url = text(at(pressed, 'onClick', 'openLink', 'url'));
          if (url !== '') links.push({ label: text(at(pressed, 'text')), url });
        }
      }
    }
    return several([told('google-chat', { pieces, facts, links })]);
  },
};
