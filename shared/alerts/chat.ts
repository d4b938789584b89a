/**
 * A message for a chat as an alert. What it holds is written for eyes: the title has to be found, and how bad it is comes from a
 * colour or from the words.
 */
import { trimmedEnd } from '../platform/trim.ts';
import type { Alert, Link, Severity } from './alert.ts';
import { linkInText } from './generic/links.ts';
import { drawn, firstLine, oneLine } from './sketch.ts';
import { tone, type Tone } from './tone.ts';

/** The pieces of a message in the order in which they are read. */
export interface Piece {
  readonly kind: 'title' | 'text';
  readonly text: string;
}

/** What a chat message was taken apart into. */
export interface Message {
  readonly pieces: readonly Piece[];
  readonly facts: readonly (readonly [name: string, value: unknown])[];
  readonly links: readonly Link[];
  readonly severity?: Severity | undefined;
  readonly at?: Date | undefined;
}

/** Titles that name the sender and not the matter: "Gatus", "Uptime Kuma Alert", "New notification". */
const bland =
  /^(?:[\p{L}\p{M}.-]+ ){0,3}(?:alerts?|notifications?|messages?|events?|updates?|status)[!:.]?$/iu;

function isBland(title: string): boolean {
  const words = title.replaceAll(/[^\p{L}\p{N}\s.:-]/gu, '').trim();
  return words === '' || bland.test(words) || (words.length < 12 && /^[\p{L}.-]+$/u.test(words));
}

/**
 * Makes an alert of a message.
 *
 * @param source name of the adapter.
 * @param message its pieces, without markup.
 * @param sender who shows up as its author, where the body says.
 */
export function told(source: string, message: Message, sender?: string): Alert {
  const pieces = message.pieces.filter((piece) => piece.text.trim() !== '');
  const heading = pieces.find((piece) => piece.kind === 'title') ?? pieces[0];
  const opening = heading === undefined ? (sender ?? '') : oneLine(firstLine(heading.text));
  const rest = pieces.filter((piece) => piece !== heading);
  const more =
    message.facts.find(([name]) => /^(?:message|summary|description|subject|name|alert)$/i.test(name))?.[1] ??
    rest[0]?.text ??
    '';
  const next = typeof more === 'string' ? trimmedEnd(firstLine(more), /[\s:]/) : '';
  const line = isBland(opening) && next !== '' && next !== opening ? `${opening}: ${next}` : opening;
  const lines = [
    ...(heading === undefined ? [] : [belowTitle(heading.text, line)]),
    ...rest.map((piece) => piece.text),
  ];
  const { state, severity } = heard(line, pieces, message.severity);
  return drawn(source, {
    title: short(line.replace(/^: /, '')) || 'Message',
    state,
    severity,
    summary:
      lines
        .filter((part) => part !== '')
        .join('\n\n')
        .trim() || (line.length > longest ? line : ''),
    facts: message.facts,
    links: (message.links.length > 0
      ? message.links
      : linkInText(pieces.map((piece) => piece.text).join('\n'))
    ).map(({ label, url }) => [trimmedEnd(label.replace(/^[*_~`]+/, ''), /[*_~`]/), url]),
    startedAt: message.at,
  });
}

/** What the first piece says below the line that became the title; all of it when the title is another, or was cut. */
function belowTitle(written: string, title: string): string {
  const whole = written.trim();
  const end = whole.search(/[\r\n]/);
  if (end === -1) return '';
  return title.length <= longest && oneLine(whole.slice(0, end)) === title ? whole.slice(end).trim() : whole;
}

/** A title that tells is enough: below it there may be any word. */
function heard(line: string, pieces: readonly Piece[], severity: Severity | undefined): Tone {
  const own = tone(line, severity);
  const tells = own.state !== 'info' || (severity === undefined && own.severity !== 'unknown');
  return tells ? own : tone([line, ...pieces.map((piece) => piece.text)].join('\n'), severity);
}

const longest = 180;

/** A title that a subject has room for; whoever calls keeps the whole line elsewhere. */
function short(line: string): string {
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), longest - 40)).trimEnd()}…`;
}
