/**
 * Text from outside made fit to be shown: no controls, no characters that reorder what a reader sees, no half surrogates, and no
 * more than there is room for.
 */
import { tidyLines } from '../../message/lines.ts';

/** The controls of the bidirectional algorithm that reorder the text around them (UAX #9 §2.1-2.5); the marks may stay. */
const reordering = /[\u202a-\u202e\u2066-\u2069]/g;

/** C0 and C1 without the line feed, and characters that Unicode keeps for internal use. */
// oxlint-disable-next-line no-control-regex
const controls = /[\0-\u0009\u000b-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

/** What Windows, old Macs and Unicode end a line with. */
// oxlint-disable-next-line no-control-regex
const lineEnds = /\r\n|[\r\u000b\u000c\u0085\u2028\u2029]/g;

/** Longest line in which tabs are brought to columns; nobody reads columns beyond. */
const tabbedLength = 1000;

/** On one line, single spaces. May be empty. */
export const oneLine = (text: string): string =>
  /^[!-~]+(?: [!-~]+)*$/.test(text) && text.length < 20_000 ? text : cleanLine(text);

const cleanLine = (text: string): string =>
  // What is far beyond any room need not be looked at.
  text
    .slice(0, 20_000)
    .replaceAll(lineEnds, ' ')
    .replaceAll('\t', ' ')
    .replaceAll(controls, '')
    .replaceAll(reordering, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toWellFormed();

/** Line feeds between lines, tabs brought to columns of eight, no empty lines at the ends and never two in a row. */
export const someLines = (text: string): string =>
  tidyLines(
    inColumns(text.replaceAll(lineEnds, '\n'))
      .replaceAll(controls, '')
      .replaceAll(reordering, '')
      .toWellFormed(),
  );

const inColumns = (text: string): string =>
  text.includes('\t') ? text.split('\n').map(withoutTabs).join('\n') : text;

function withoutTabs(line: string): string {
  if (!line.includes('\t')) return line;
  if (line.length > tabbedLength) return line.replaceAll('\t', ' ');
  let column = '';
  for (const [index, piece] of line.split('\t').entries()) {
    column = index === 0 ? piece : column + ' '.repeat(8 - (column.length % 8)) + piece;
  }
  return column;
}

/** The beginning of a text, and how many characters are not in it. */
export interface Cut {
  readonly text: string;
  /** Unicode code points left out; 0 when the text is whole. */
  readonly more: number;
}

let graphemes: Intl.Segmenter | undefined;

/**
 * Keeps at most `limit` UTF-16 units. Ends after a word where one ends in the last fifth, otherwise between two characters as people
 * count them: no emoji or accented letter is cut in half.
 */
export function cut(text: string, limit: number): Cut {
  if (text.length <= limit) return { text, more: 0 };
  const space = text.lastIndexOf(' ', limit);
  const kept = text.slice(0, space >= limit * 0.8 ? space : boundary(text, limit)).trimEnd();
  let more = 0;
  for (const _ of text.slice(kept.length).trimStart()) more += 1;
  return { text: kept, more };
}

function boundary(text: string, limit: number): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  // A window: the segmenter's work must not grow with what is left out.
  const from = Math.max(0, limit - 64);
  const window = text.slice(from, limit + 64);
  const start = graphemes.segment(window).containing(limit - from)?.index ?? 0;
  if (start > 0) return from + start;
  return (text.codePointAt(limit - 1) ?? 0) > 0xffff ? limit - 1 : limit;
}

/** At most `limit` UTF-16 units, with "…" at the end where something is missing. */
export function shortened(text: string, limit: number): string {
  const { text: kept, more } = cut(text, limit);
  return more === 0 ? kept : `${cut(text, limit - 1).text}…`;
}
