/**
 * HTML from tagged templates. What is put in is escaped, for text and for quoted attributes alike; only what came out of
 * {@link html} itself goes in as it is, and there is no way to mark text from outside as safe.
 */
import { escapeHtml } from '../../message/entity.ts';

/** HTML made by {@link html}. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` and `false` leave nothing behind; a list is written out one after the other. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/** Attribute values must stand in double quotes. Nothing from outside may be put into `<style>` or into a comment. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const pieces = withoutIndent(strings);
  let text = pieces[0] ?? '';
  for (const [index, content] of contents.entries()) text += written(content) + (pieces[index + 1] ?? '');
  return new Markup(text);
}

const lean = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The indentation of our source would be a third of a letter. Line breaks stay: a line of mail should not be endless. */
function withoutIndent(strings: TemplateStringsArray): readonly string[] {
  const known = lean.get(strings);
  if (known !== undefined) return known;
  const pieces = strings.map((piece) => piece.replaceAll(/\n\s+/g, '\n'));
  lean.set(strings, pieces);
  return pieces;
}

/**
 * Text with its line breaks and its runs of spaces. Word, which is Outlook's renderer, knows no `white-space: pre-wrap`, so breaks
 * are elements and spaces that would be swallowed are no-break spaces.
 */
export const broken = (text: string): Content =>
  text.split('\n').map((line, index) => {
    const kept = line.replaceAll(/^ | (?= )/g, '\u00a0');
    return index === 0 ? kept : html`<br />${kept}`;
  });

function written(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return '';
  if (typeof content === 'object') return content.map(written).join('');
  return escapeHtml(String(content));
}
