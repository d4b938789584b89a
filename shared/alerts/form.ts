/**
 * Forms (`application/x-www-form-urlencoded`) as scripts and devices write them: values without any encoding, in code pages, or
 * labelled as something else.
 */
import { decodeText } from './charset.ts';
import { readTolerantJson } from './tolerant-json.ts';

/** Most fields of a form. */
const fieldLimit = 1000;

/** How sure a content type makes us that a text is a form. */
export type FormLabel = 'form' | 'text' | 'none';

/**
 * Whether a text can be a form. `curl -d "Backup done"` labels any text as one.
 *
 * @param label what the content type says.
 */
export function looksLikeForm(text: string, label: FormLabel): boolean {
  const trimmed = text.trim();
  if (!trimmed.includes('=') || /^[<{["']/.test(trimmed)) return false;
  if (label !== 'form' && /[\r\n]/.test(trimmed)) return false;
  const fields = trimmed.split('&', fieldLimit);
  if (label === 'text' && fields.length < 2) return false;
  const named = fields.filter((field) => /^[^\s=&]{1,200}=/.test(field));
  // An unencoded "&" in a value leaves a piece without a name; one name in front is enough where the label says form.
  return label === 'form' ? named[0] === fields[0] : named.length === fields.length;
}

/**
 * Reads a form. A piece without "=" after the first is what an unencoded "&" cut off a value, and is put back.
 *
 * @returns fields in their order, names and values decoded.
 */
export function readForm(text: string): readonly (readonly [name: string, value: string])[] {
  const fields: [string, string][] = [];
  for (const piece of text.trim().split('&', fieldLimit)) {
    const equals = piece.indexOf('=');
    const last = fields.at(-1);
    if (last && piece !== '' && (equals === -1 ? /\s/.test(piece) : /\s/.test(piece.slice(0, equals)))) {
      last[1] += `&${decodeField(piece)}`;
    } else if (piece !== '') {
      const end = equals === -1 ? piece.length : equals;
      fields.push([decodeField(piece.slice(0, end)), decodeField(piece.slice(end + 1))]);
    }
  }
  return fields;
}

/**
 * Fields as an object; a repeated one is an array. A form whose only field, or whose `payload`, holds a JSON object is that object:
 * that is how Slack's and GitHub's forms carry JSON.
 */
export function fieldsValue(fields: readonly (readonly [name: string, value: string])[]): unknown {
  const value: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, text] of fields) {
    const present = value[name];
    if (present === undefined) value[name] = text;
    else if (Array.isArray(present)) present.push(text);
    else value[name] = [present, text];
  }
  const carrier = fields.length === 1 ? fields[0]?.[1] : value['payload'];
  return (typeof carrier === 'string' ? openJson(carrier) : undefined) ?? value;
}

/** The object or array that a string holds as JSON; undefined when it holds none. */
export function openJson(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const json = readTolerantJson(text);
  return json?.complete === true && typeof json.value === 'object' && json.value !== null
    ? json.value
    : undefined;
}

/** Decodes "+" and percent-encoding (WHATWG URL §5.1); what is no encoding stays as it is. */
function decodeField(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes = Buffer.from(spaced);
  const decoded = Buffer.alloc(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 0x25 ? hexDigit(bytes[i + 1]) : -1;
    const low = high === -1 ? -1 : hexDigit(bytes[i + 2]);
    if (low === -1) decoded[length++] = bytes[i] ?? 0;
    else {
      decoded[length++] = high * 16 + low;
      i += 2;
    }
  }
  return decodeText(decoded.subarray(0, length));
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
