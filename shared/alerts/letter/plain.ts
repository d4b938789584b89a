/**
 * The plain-text twin: for terminals, watches, screen readers and everyone who distrusts HTML. 78 columns (RFC 5322 §2.1.1), links on
 * lines of their own and whole.
 */
import {
  placesOf,
  type Contents,
  type Folded,
  type Line,
  type Reference,
  type Row,
  type Section,
} from './content.ts';
import { toneMarks } from './wording.ts';

const columns = 78;

/** Writes the text. */
export function plainOf(contents: Contents): string {
  const { head, pictures, sections, list, listed, moreAlerts, notes, footer } = contents;
  const [first, ...others] = sections;
  const blocks = [
    ...(head === undefined ? [] : [underlined(head.title, '=') + `\n${head.counts}`]),
    ...sectionOf(first, head === undefined),
    ...(pictures.length === 0
      ? []
      : [wrapped(`Attached: ${pictures.map(({ filename }) => filename).join(', ')}`, '')]),
    ...others.flatMap((section) => ['-'.repeat(columns)].concat(sectionOf(section, false))),
    ...(list.length === 0 ? [] : ['-'.repeat(columns), listOf(list, listed, moreAlerts)]),
    ...notes.map((note) => wrapped(`* ${note}`, '  ')),
    `${'-'.repeat(columns)}\n${footer.map((line) => wrapped(line, '')).join('\n')}`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function sectionOf(section: Section, alone: boolean): readonly string[] {
  const {
    tone,
    badge,
    title,
    when,
    summary,
    columns: aligned,
    button,
    facts,
    moreFacts,
    references,
  } = section;
  const heading = alone ? underlined(title, '=') : wrapped(title, '');
  return [
    [`${toneMarks[tone]} ${badge}`, heading, ...when].join('\n'),
    summary === undefined ? '' : paragraph(summary, aligned),
    button === undefined ? '' : referenceOf(button),
    [factLines(facts), moreFacts === undefined ? '' : `… ${moreFacts}`].filter(Boolean).join('\n'),
    references.map(referenceOf).join('\n\n'),
  ];
}

const paragraph = ({ text, more }: Folded, aligned: boolean): string =>
  text
    .split('\n')
    .map((line) => (aligned ? line : wrapped(line, '')))
    .join('\n') + (more === undefined ? '' : `\n${more}`);

const referenceOf = ({ label, shown }: Reference): string => `${label}:\n${shown}`;

function underlined(title: string, sign: string): string {
  const lines = wrapped(title, '');
  return `${lines}\n${sign.repeat(Math.min(columns, Math.max(...lines.split('\n').map(widthOf))))}`;
}

function listOf(list: readonly Line[], listed: string, more: string | undefined): string {
  const lines = list.map((line) => {
    const { tone, badge, title, count } = line;
    const places = placesOf(line);
    const words = `${title}${count > 1 ? ` × ${count}` : ''} (${badge.toLowerCase()})`;
    return wrapped(`${toneMarks[tone]} ${words}${places === '' ? '' : `: ${places}`}`, '  ');
  });
  return [listed, ...lines, ...(more === undefined ? [] : [more])].join('\n');
}

/** Widest column of names; a longer name has its value below it. */
const nameColumn = 24;

function factLines(facts: readonly Row[]): string {
  const width = Math.max(0, ...facts.map(({ name }) => widthOf(name)).filter((each) => each <= nameColumn));
  const hanging = ' '.repeat(width + 2);
  return facts
    .map(({ name, value: { text, more } }) => {
      const value = [...text.split('\n'), ...(more === undefined ? [] : [more])]
        .map((line) => hanging + wrapped(line, hanging, columns - hanging.length))
        .join('\n');
      const own = widthOf(name);
      return own > width ? `${name}\n${value}` : name + ' '.repeat(width - own) + value.slice(width);
    })
    .join('\n');
}

/** Breaks a line between words. Words are never broken: a path or a link that is cut cannot be copied. */
function wrapped(line: string, hanging: string, room: number = columns): string {
  if (widthOf(line) <= room) return line;
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of line.split(' ')) {
    const width = widthOf(word);
    if (current !== '' && used + 1 + width > room) {
      lines.push(current);
      current = word;
      used = width;
    } else {
      current = current === '' ? word : `${current} ${word}`;
      used = used === 0 ? width : used + 1 + width;
    }
  }
  lines.push(current);
  return lines.join(`\n${hanging}`);
}

/** East Asian wide characters and emoji take two columns (UAX #11); marks and joiners none. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const narrow = /[\p{Mn}\p{Me}\p{Cf}]/u;
const ascii = /^[\0-\u007f]*$/;

function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : narrow.test(character) ? 0 : 1;
  return width;
}
