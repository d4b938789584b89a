/** A message as Get Messages returns it. */
export interface QueueMessage {
  id: string;
  /** RFC 1123 dates. */
  insertedOn: string;
  expiresOn: string;
  nextVisibleOn: string;
  popReceipt: string;
  dequeueCount: number;
  /** As stored: base64 or plain, see host.json `messageEncoding`. */
  text: string;
}

/**
 * Reads the XML of Get Messages, whose shape is fixed: no attributes, no nesting inside a message.
 * Source: https://learn.microsoft.com/rest/api/storageservices/get-messages#response-body
 */
export function parseMessages(xml: string): QueueMessage[] {
  return [...xml.matchAll(/<QueueMessage>(.*?)<\/QueueMessage>/gs)].map(([, inner = '']) => ({
    id: member(inner, 'MessageId'),
    insertedOn: member(inner, 'InsertionTime'),
    expiresOn: member(inner, 'ExpirationTime'),
    nextVisibleOn: member(inner, 'TimeNextVisible'),
    popReceipt: member(inner, 'PopReceipt'),
    dequeueCount: Number(member(inner, 'DequeueCount')),
    text: member(inner, 'MessageText'),
  }));
}

/** The body of Put Message. */
export function messageXml(text: string): string {
  const escaped = text.replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<QueueMessage><MessageText>${escaped}</MessageText></QueueMessage>`;
}

function member(xml: string, name: string): string {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return '';
  const text = xml.slice(start + name.length + 2, xml.indexOf(`</${name}>`, start));
  return text.includes('&') ? text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, unescape) : text;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescape(whole: string, name: string): string {
  if (!name.startsWith('#')) return NAMED[name] ?? whole;
  const hexadecimal = name[1] === 'x' || name[1] === 'X';
  return String.fromCodePoint(Number.parseInt(name.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10));
}
