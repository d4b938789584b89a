/** The little XML that queues and blobs speak: flat, without attributes, written by SDKs and by us. */

const HEADER = '<?xml version="1.0" encoding="utf-8"?>';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Named where there is a name, as the service does: the SDKs do not read `&#38;`. */
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };

const escapeXml = (text: string): string =>
  text.replace(/[&<>\r]/g, (character) => ESCAPED[character] ?? character);

/** Elements with text; those without a value are left out. */
export const elements = (members: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(members)
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`))
    .join('');

export const document = (root: string, content: string, attributes = ''): string =>
  `${HEADER}<${root}${attributes}>${content}</${root}>`;

/** The text of the first element of this name; undefined when there is none. */
export function textOf(xml: string, name: string): string | undefined {
  if (new RegExp(`<${name}\\s*/>`).test(xml)) return '';
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1];
  return text === undefined ? undefined : unescapeXml(text);
}

export const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name: string) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    return hexadecimal ? String.fromCodePoint(Number.parseInt(hexadecimal, 16)) : (NAMED[name] ?? whole);
  });
