/**
 * What kind of text a value is, whatever its name says.
 */

/** A link and nothing else. */
export const isUrl = (text: string): boolean => /^https?:\/\/[^\s<>"]{1,4000}$/i.test(text);

/** An identifier that tells a person nothing: a UUID, a hash, a long number, a URN, a resource path. */
export const isOpaque = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,40}$/i.test(text) ||
  /^(?:sha256:)?[0-9a-f]{16,128}$/i.test(text) ||
  /^[\d.,:+-]{1,40}$/.test(text) ||
  /^(?:arn|urn|vstfs|gid):/.test(text) ||
  (/^(?:\/[\w.{}<>-]+){3,}/.test(text) && !/\s/.test(text)) ||
  /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text) ||
  isToken(text);

/** Letters of both cases and digits without sense: a key, an id in base64. */
export const isToken = (text: string): boolean =>
  /^(?=[^\s]{20,100}$)(?=(?:[^\d]*\d){3})(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[\w+/=-]+$/.test(text);

/** A time, by its beginning. */
export const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/.test(text);

/** Content in base64, or as a `data:` URL: nothing to read. */
export function isEncoded(text: string): boolean {
  if (/^data:[a-z]+\/[\w.+-]+;base64,/i.test(text.slice(0, 100))) return true;
  return text.length > 400 && /^[A-Za-z0-9+/_-]{400}/.test(text) && !/\s/.test(text.slice(0, 60));
}

/**
 * A placeholder that the sender did not fill in: `$SERVICE`, `${name}`, `{{ title }}`, `%HOST%`, `@@TEXT@@`, `<%= x %>`, `#{x}`.
 */
export const isPlaceholder = (text: string): boolean =>
  text.length <= 200 &&
  (/^\$\{?[A-Za-z_][\w.]*\}?\$?$/.test(text) ||
    /^(?:\{\{[^{}]*\}\}|\{%[^{}]*%\}|#\{[^{}]*\}|<%[^<>]*%>|\[\[[^[\]]*\]\]|%%?[A-Za-z_]{2,}[\w.]*%%?|@@\w+@@|\$\([\w.]+\))$/.test(
      text,
    ) ||
    /^\$[A-Z_]{2,}:?\$?$/.test(text));

/** Whether anything but placeholders is in a text. */
export const saysSomething = (text: string): boolean => {
  const rest = text
    .slice(0, 1000)
    .replaceAll(/\$\{?[A-Z_a-z]\w*\}?|\{\{[^{}]*\}\}|%[A-Z_]{2,}%|@@\w+@@|<%[^<>]*%>/g, '');
  return /[\p{L}\p{N}]{2}/u.test(rest);
};

/**
 * The first line that says something, without marks of Markdown around it.
 *
 * @returns empty when there is none.
 */
export function firstLine(text: string): string {
  for (const line of text.slice(0, 4000).split(/\r\n?|\n|\\r\\n|\\n/, 40)) {
    const clean = line
      .replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
      .trim()
      .replace(/^(?:[#>*]{1,6}\s+|[*`_]{1,3}(?=\S))/, '')
      // The end of `code` inside the line is not one of the line.
      .replace(/[*`_]{1,3}$/, (mark, at: number, all: string) =>
        all.slice(0, at).includes(mark.charAt(0)) ? mark : '',
      )
      // Links of Markdown and of Slack, by their words.
      .replaceAll(/\[((?:[^[\]]|\[[^[\]]{0,80}\]){1,200})\]\((?:https?|mailto):[^()\s]{1,1000}\)/g, '$1')
      .replaceAll(/<https?:[^<>|\s]{1,1000}\|([^<>|]{1,200})>/g, '$1')
      .trim();
    if (/[\p{L}\p{N}]/u.test(clean)) return clean;
  }
  return '';
}

/** A text on one line, without controls and characters that reorder it; empty when nothing is left. */
export const oneLine = (text: string): string =>
  text
    .slice(0, 4000)
    .replaceAll(/[\p{Cc}\p{Cs}\s\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();

/** A text at most so long, cut at a word and ended with "…". */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1).toWellFormed();
  const space = cut.lastIndexOf(' ');
  return `${(space > length * 0.6 ? cut.slice(0, space) : cut).replace(/[\s,;:.–-]+$/, '').replace(/\ufffd$/, '')}…`;
}
