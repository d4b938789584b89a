/**
 * Apprise: what its `json://` and `form://` services post, and what is posted to an Apprise API server
 * (github.com/caronc/apprise, "Custom JSON"; github.com/caronc/apprise-api). Attachments come as base64.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertFile, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { fileType, safeFilename } from '../file-type.ts';
import { plainHtml, plainMarkdown, type Plain } from '../markup.ts';
import { at, fields, firstLine, isFields, list, one, oneLine, text, type Fields } from '../sketch.ts';
import { tone } from '../tone.ts';

const types: Readonly<Record<string, { readonly severity: Severity; readonly state: AlertState }>> = {
  info: { severity: 'info', state: 'info' },
  success: { severity: 'ok', state: 'info' },
  warning: { severity: 'warning', state: 'firing' },
  failure: { severity: 'error', state: 'firing' },
};

export const apprise: Adapter = {
  name: 'apprise',
  label: 'Apprise',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const type = text(value['type']).toLowerCase();
    const posted =
      typeof value['version'] === 'string' && Object.hasOwn(value, 'message') && Object.hasOwn(types, type);
    const notified = typeof value['body'] === 'string' && isNotify(value, type);
    if (!posted && !notified) return undefined;

    const plain = read(text(posted ? value['message'] : value['body']), text(value['format']));
    const title = oneLine(text(value['title'])) || oneLine(firstLine(plain.text));
    if (title === '') return undefined;
    const known = entry(types, type);
    const words = tone(`${title}\n${plain.text}`);
    const ends = words.state === 'resolved' || words.state === 'test' ? words : undefined;
    const group = one('apprise', {
      title,
      severity: known?.severity ?? words.severity,
      state:
        known?.severity === 'error' || known?.severity === 'warning'
          ? known.state
          : (ends ?? known ?? words).state,
      summary: plain.text,
      facts: [['Tag', value['tag'] ?? value['tags']]],
      links: plain.links.map((link) => [link.label, link.url]),
    });
    const files = [...list(value['attachments']), ...attached(value['attach'])].slice(0, 50).flatMap(file);
    return files.length === 0 ? group : { ...group, files };
  },
};

const notifyKeys = new Set(
  'body title type format tag tags urls attach attachment attachments input_format'.split(' '),
);

/** A body for `/notify`: `body` and nothing that Apprise does not know. */
function isNotify(value: Fields, type: string): boolean {
  const known = Object.keys(value).every((key) => notifyKeys.has(key));
  return known && (type === '' || Object.hasOwn(types, type)) && Object.keys(value).length > 1;
}

function read(message: string, format: string): Plain {
  // A shell's literal \n, which Apprise passes on.
  const lines = message.includes('\n') ? message : message.replaceAll(String.raw`\n`, '\n');
  if (/^html$/i.test(format)) return plainHtml(lines);
  return /^markdown$/i.test(format) ? plainMarkdown(lines) : { text: lines, links: [] };
}

function attached(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function file(attachment: unknown): readonly AlertFile[] {
  const { filename, name, mimetype } = fields(attachment);
  const base64 = at(attachment, 'base64');
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}$/.test(base64.trimEnd())) return [];
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (bytes.length === 0) return [];
  const safe = safeFilename(text(filename) || text(name), 'attachment');
  const declared = (text(mimetype).toLowerCase().split(';')[0] ?? '').trim();
  return [{ filename: safe, contentType: fileType(bytes, safe, declared), bytes }];
}
