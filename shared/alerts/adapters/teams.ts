/**
 * Microsoft Teams: MessageCards of the Office 365 connectors, and Adaptive Cards as the workflows take them, alone or in a message
 * (learn.microsoft.com, "Legacy actionable message card reference"; adaptivecards.io).
 */
import type { Adapter, HookRequest, Link, Reading, Severity } from '../alert.ts';
import { told, type Piece } from '../chat.ts';
import { severityOfColour } from '../colour.ts';
import { plainCard } from '../markup.ts';
import { at, fields, has, isFields, list, several, text, type Fields } from '../sketch.ts';

const deepest = 12;

interface Taken {
  readonly pieces: Piece[];
  readonly facts: (readonly [string, unknown])[];
  readonly links: Link[];
  severity?: Severity | undefined;
}

export const teams: Adapter = {
  name: 'teams',
  label: 'Teams-shaped card',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const cards = adaptive(value);
    const taken: Taken = { pieces: [], facts: [], links: [] };
    if (isMessageCard(value)) messageCard(taken, value);
    else if (cards.length > 0) {
      add(taken, 'text', value['text']);
      for (const card of cards) {
        elements(taken, card['body'], 0);
        actions(taken, card['actions']);
        if (taken.pieces.length === 0) add(taken, 'text', card['fallbackText'] ?? card['speak']);
      }
      add(taken, 'text', taken.pieces.length === 0 ? value['summary'] : '');
    } else return undefined;
    if (taken.pieces.length === 0 && taken.facts.length === 0) return undefined;
    return several([told('teams', taken)]);
  },
};

function isMessageCard(value: Fields): boolean {
  return value['@type'] === 'MessageCard' || (has(value, 'themeColor', 'sections') && !has(value, 'type'));
}

/** The Adaptive Cards of the body. */
function adaptive(value: Fields): readonly Fields[] {
  if (value['type'] === 'AdaptiveCard') return [value];
  return list(value['attachments'])
    .filter((entry) =>
      /^application\/vnd\.microsoft\.(?:card|teams\.card)\./.test(text(at(entry, 'contentType'))),
    )
    .map((entry) => fields(at(entry, 'content')))
    .filter((card) => card['type'] === 'AdaptiveCard' || Array.isArray(card['body']))
    .slice(0, 20);
}

function add(taken: Taken, kind: Piece['kind'], value: unknown): void {
  const plain = plainCard(text(value));
  if (plain.text === '') return;
  taken.links.push(...plain.links);
  taken.pieces.push({ kind, text: plain.text });
}

function fact(taken: Taken, name: unknown, value: unknown): void {
  const plain = plainCard(text(value));
  taken.links.push(...plain.links);
  taken.facts.push([plainCard(text(name)).text.replace(/:$/, ''), plain.text]);
}

function messageCard(taken: Taken, card: Fields): void {
  taken.severity = severityOfColour(card['themeColor']);
  add(taken, 'title', card['title']);
  add(taken, 'text', card['text']);
  for (const entry of list(card['sections']).slice(0, 50)) {
    const section = fields(entry);
    add(taken, 'title', section['title']);
    add(taken, 'text', section['activityTitle']);
    add(taken, 'text', section['activitySubtitle']);
    add(taken, 'text', section['activityText']);
    add(taken, 'text', section['text']);
    for (const pair of list(section['facts']).slice(0, 100)) fact(taken, at(pair, 'name'), at(pair, 'value'));
    buttons(taken, section['potentialAction']);
  }
  if (taken.pieces.length === 0) add(taken, 'title', card['summary']);
  buttons(taken, card['potentialAction']);
}

function buttons(taken: Taken, value: unknown): void {
  for (const action of list(value)) {
    const target = list(at(action, 'targets')).find((entry) => text(at(entry, 'uri')) !== '');
    const url = text(at(target, 'uri')) || text(list(at(action, 'target'))[0]);
    if (url !== '') taken.links.push({ label: text(at(action, 'name')), url });
  }
}

function actions(taken: Taken, value: unknown): void {
  for (const action of list(value)) {
    if (text(at(action, 'url')) === '') continue;
    taken.links.push({ label: text(at(action, 'title')), url: text(at(action, 'url')) });
  }
}

/** Container styles and text colours: `attention`, `warning`, `good`; `default` and `accent` say nothing. */
function colour(taken: Taken, element: Fields): void {
  for (const word of [element['style'], element['color']]) {
    const named = text(word).toLowerCase();
    if (['attention', 'warning', 'good'].includes(named)) taken.severity ??= severityOfColour(named);
  }
}

function elements(taken: Taken, value: unknown, depth: number): void {
  if (depth > deepest) return;
  for (const entry of list(value).slice(0, 200)) {
    const element = fields(entry);
    colour(taken, element);
    switch (text(element['type'])) {
      case 'TextBlock':
        add(taken, isHeading(element) ? 'title' : 'text', element['text']);
        break;
      case 'RichTextBlock':
        add(
          taken,
          'text',
          list(element['inlines'])
            .map((run) => text(run) || text(at(run, 'text')))
            .join(' '),
        );
        break;
      case 'FactSet':
        for (const pair of list(element['facts']).slice(0, 100))
          fact(taken, at(pair, 'title'), at(pair, 'value'));
        break;
      case 'Table':
        for (const row of list(element['rows']).slice(0, 200)) tableRow(taken, row, depth);
        break;
      case 'ActionSet':
        actions(taken, element['actions']);
        break;
      default:
        elements(taken, element['items'], depth + 1);
        elements(taken, element['columns'], depth + 1);
    }
    actions(taken, list([element['selectAction']]));
  }
}

function isHeading(element: Fields): boolean {
  const size = text(element['size']).toLowerCase();
  return text(element['style']) === 'heading' || ['large', 'extralarge', 'medium'].includes(size);
}

/** A row of two cells is a fact, any other a line. */
function tableRow(taken: Taken, row: unknown, depth: number): void {
  const cells = list(at(row, 'cells')).map((cell) => {
    const inner: Taken = { pieces: [], facts: [], links: taken.links };
    elements(inner, at(cell, 'items'), depth + 1);
    return inner.pieces.map((piece) => piece.text).join(' ');
  });
  if (cells.length === 2) fact(taken, cells[0], cells[1]);
  else add(taken, 'text', cells.join(' · '));
}
