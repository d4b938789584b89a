/**
 * Files that came inside JSON, as base64: `{"filename": "scan.pdf", "base64": "…"}` and `data:` URLs.
 */
import type { AlertFile } from '../alert.ts';
import { fileType, safeFilename, sniffFile } from '../file-type.ts';

/** What is looked through: objects and arrays, levels, files taken. */
const limits = { nodes: 5000, depth: 8, files: 30 };

const names = ['filename', 'fileName', 'file_name', 'name', 'Name', 'title'];
const contents = [
  'base64',
  'content',
  'contentBytes',
  'data',
  'body',
  'Content',
  'file',
  'bytes',
  'contentInBase64',
];
const types = ['mimetype', 'mimeType', 'mime_type', 'contentType', 'content_type', 'ContentType', 'type'];

/** Files found, and the objects that hold nothing else. */
export interface EmbeddedFiles {
  readonly files: readonly AlertFile[];
  readonly holders: ReadonlySet<object>;
}

/** Looks for files in a value. Never throws; what is no base64 is left alone. */
export function findEmbeddedFiles(value: unknown): EmbeddedFiles {
  const files: AlertFile[] = [];
  const holders = new Set<object>();
  let nodes = 0;
  const visit = (node: unknown, depth: number, name: string): void => {
    if (++nodes > limits.nodes || depth > limits.depth || files.length >= limits.files) return;
    if (typeof node === 'string') {
      const file = /^data:[a-z]/.test(node) ? readDataUrl(node, name) : undefined;
      if (file) files.push(file);
    } else if (typeof node === 'object' && node !== null) {
      const file = Array.isArray(node) ? undefined : readHolder(node as Record<string, unknown>);
      if (file) {
        files.push(file);
        holders.add(node);
      } else for (const [key, inner] of Object.entries(node)) visit(inner, depth + 1, key);
    }
  };
  visit(value, 0, 'file');
  return { files, holders };
}

function readHolder(object: Record<string, unknown>): AlertFile | undefined {
  const name = firstText(object, names);
  const type = firstText(object, types);
  const content = firstText(object, contents);
  // A name with an extension or a media type, else any short word would pass for base64.
  if (
    content === undefined ||
    !(/\.[a-z0-9]{2,5}$/i.test(name ?? '') || /^[a-z]+\/[\w.+-]+$/.test(type ?? ''))
  )
    return undefined;
  if (content.startsWith('data:')) return readDataUrl(content, name ?? 'file');
  const bytes = decode(content);
  return bytes && toFile(bytes, name, type ?? '');
}

function readDataUrl(url: string, name: string): AlertFile | undefined {
  const match = /^data:([a-z]+\/[\w.+-]{1,100})(?:;[\w=.-]{1,100}){0,3};base64,/i.exec(url.slice(0, 500));
  const bytes = match && decode(url.slice(match[0].length));
  return bytes ? toFile(bytes, name, (match[1] ?? '').toLowerCase()) : undefined;
}

function toFile(bytes: Uint8Array, name: string | undefined, declared: string): AlertFile {
  const extension = sniffFile(bytes)?.extension ?? 'bin';
  const safe = safeFilename(name ?? '', 'attachment');
  const filename = safe.includes('.') ? safe : `${safe}.${extension}`;
  return { filename, contentType: fileType(bytes, filename, declared), bytes };
}

function decode(text: string): Uint8Array | undefined {
  // Lines broken at 76 columns are common (RFC 2045 §6.8).
  const compact = text.includes('\n') ? text.replaceAll(/[\r\n]+/g, '') : text;
  if (compact.length < 8 || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    return undefined;
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

function firstText(object: Record<string, unknown>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
