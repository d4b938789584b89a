/**
 * Header fields of a foreign message: those that a message may have, and a warning for the others.
 *
 * A field that Postrider or Exchange sets is no reason to refuse a mail that another service would have sent. One whose value could break
 * a line is: it is handed on, and the schema refuses it.
 */
import { parseHeader } from '../message/header.ts';
import type { Notes } from './translation.ts';

/** What header fields come to. */
export interface ForeignHeaders {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly importance?: 'low' | 'normal' | 'high';
  readonly replyTo?: string;
}

/**
 * Reads them.
 *
 * @param fields name and value; a field that is no pair of texts is handed on. @param at where they stand, for warnings.
 */
export function foreignHeaders(
  fields: readonly (readonly [name: string, value: unknown])[],
  notes: Notes,
  at: string,
): ForeignHeaders {
  const headers = new Map<string, readonly [string, unknown]>();
  let importance: ForeignHeaders['importance'];
  let replyTo: string | undefined;
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
    if (lower === 'importance' || lower === 'x-priority' || lower === 'x-msmail-priority') {
      importance = importanceOf(text) ?? importance;
    } else if (lower === 'reply-to' && typeof value === 'string') replyTo = value;
    else if (!isName(name) || parseHeader(name, 'x').ok || isThread(lower)) {
      if (headers.has(lower)) notes.warn(`${at}.${name}`, 'It stands here twice; the last one counts.');
      headers.set(lower, [name, value]);
    } else {
      const refused = parseHeader(name, 'x');
      notes.warn(`${at}.${name}`, refused.ok ? 'This header was left out.' : refused.reason);
    }
  }
  return {
    ...(headers.size > 0 ? { headers: Object.fromEntries(headers.values()) } : {}),
    ...(importance ? { importance } : {}),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9-]*$/.test(name);

/** Fields that are allowed, but not with any value. */
const isThread = (lower: string): boolean => lower === 'in-reply-to' || lower === 'references';

/** RFC 2156 §5.3.4 `Importance`, and the numbers that mail programs write into `X-Priority`. */
function importanceOf(text: string): ForeignHeaders['importance'] {
  if (/^(?:high|urgent|[12])(?:\s|$|\()/.test(text)) return 'high';
  if (/^(?:low|non-urgent|[45])(?:\s|$|\()/.test(text)) return 'low';
  return /^(?:normal|3)(?:\s|$|\()/.test(text) ? 'normal' : undefined;
}
