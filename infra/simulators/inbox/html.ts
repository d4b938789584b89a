/**
 * HTML from tagged templates. Whatever is put in is escaped, for text and for quoted attributes alike; only what came
 * out of {@link html} itself goes in as it is. There is no way to mark foreign text as safe.
 */

export class Html {
  /** Ready to be sent. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined`, `null` and `false` leave nothing behind, a list is written out one after the other. */
export type Content = Html | string | number | undefined | null | false | readonly Content[];

/** Attribute values must stand in quotes, and nothing may be put into `<script>` or `<style>`. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let text = strings[0] ?? '';
  for (const [index, content] of contents.entries()) text += written(content) + (strings[index + 1] ?? '');
  return new Html(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}

function written(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === undefined || content === null || content === false) return '';
  return typeof content === 'object' ? content.map(written).join('') : escapeHtml(String(content));
}
