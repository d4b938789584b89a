/** The header sections of a composed message, its own and those of its parts, read as simply as RFC 5322 and RFC 2046 say. */
import assert from 'node:assert/strict';

/** Fields of one section: names in lower case, values unfolded. */
export type Section = readonly { readonly name: string; readonly value: string }[];

/** Takes a message apart. The first section is its own. */
export function headerSections(raw: string): readonly Section[] {
  const end = raw.indexOf('\r\n\r\n');
  const section = read(end < 0 ? raw : raw.slice(0, end));
  const body = end < 0 ? '' : raw.slice(end + 4);
  const type = section.find(({ name }) => name === 'content-type')?.value ?? '';
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/is.exec(type)?.[1];
  if (boundary === undefined) return [section];
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1);
  return [section, ...parts.flatMap((part) => headerSections(part.replace(/^\r\n/, '')))];
}

function read(text: string): Section {
  assert.doesNotMatch(text, /[^\r]\n|\r[^\n]/, 'a line ends in CRLF and in nothing else');
  for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line, 'latin1') <= 998, line);
  return text
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const field = /^([!-9;-~]+): ?(.*)$/s.exec(line);
      assert.ok(field, `a header line without a name: ${JSON.stringify(line)}`);
      const [, name = '', value = ''] = field;
      return { name: name.toLowerCase(), value };
    });
}
