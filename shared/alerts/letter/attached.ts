/**
 * What goes along with a letter: the files of the request, pictures among them to be shown, and the body as it came.
 */
import { parseMediaType } from '../../message/attachment.ts';
import { entry } from '../../platform/entry.ts';
import { trimmedEnd } from '../../platform/trim.ts';
import type { AlertFile } from '../alert.ts';
import { oneLine } from './clean.ts';
import { pictureIn, type Picture } from './picture.ts';

export interface LetterAttachment {
  readonly filename: string;
  /** Media type, lower case, without parameters. */
  readonly contentType: string;
  /** Without angle brackets; only pictures that the HTML shows have one. */
  readonly contentId?: string;
  readonly bytes: Uint8Array;
}

/** The body of the request. */
export interface RawBody {
  readonly bytes: Uint8Array;
  /** As its header says; what is attached goes by the bytes. */
  readonly contentType: string;
}

/** A picture shown at the top of the letter. */
export interface ShownPicture extends Picture {
  readonly contentId: string;
  readonly filename: string;
}

export interface Attached {
  readonly attachments: readonly LetterAttachment[];
  readonly pictures: readonly ShownPicture[];
  /** The name of the body among the attachments; undefined when it is not there. */
  readonly body: string | undefined;
  /** What has to be said about what is not there. */
  readonly notes: readonly string[];
}

/** Most files of one letter; with the body, what a message may have. */
const fileLimit = 99;

/** Most pictures shown; the others are attached. */
const pictureLimit = 4;

/** A body is attached up to this size: beyond, it is no longer read by people, and a mailbox is no archive. */
const bodyLimit = 1024 * 1024;

/** A text below this size stands in the letter whole, and anything else below the other can say no more than the letter does: bytes. */
const smallText = 1024;
const smallData = 96;

/** Gathers the attachments. Names are unique, and fit for Windows. */
export function attach(files: readonly AlertFile[], raw: RawBody | undefined): Attached {
  const names = new Set<string>();
  const attachments: LetterAttachment[] = [];
  const pictures: ShownPicture[] = [];
  const notes: string[] = [];

  const body = raw === undefined ? undefined : attachedBody(raw, files);
  if (body !== undefined) names.add(body.filename);

  for (const file of files.slice(0, fileLimit)) {
    const picture = pictureIn(file.bytes);
    // What the first bytes say is what every program will do, whatever the sender's type was.
    const contentType = picture?.contentType ?? mediaType(file.contentType);
    const filename = unique(safeName(file.filename, attachments.length + 1, contentType), names);
    const contentId = `picture-${pictures.length + 1}@hook`;
    const shown = picture !== undefined && pictures.length < pictureLimit;
    if (shown) pictures.push({ ...picture, contentId, filename });
    attachments.push({ filename, contentType, ...(shown && { contentId }), bytes: file.bytes });
  }
  if (files.length > fileLimit) {
    notes.push(`${files.length - fileLimit} more files came with the request and are not attached.`);
  }
  if (body !== undefined) attachments.push(body);
  if (raw !== undefined && raw.bytes.length > bodyLimit && !isFile(raw, files)) {
    notes.push(`The body of the request has ${sizeOf(raw.bytes.length)} and is too large to be attached.`);
  }
  return { attachments, pictures, body: body?.filename, notes };
}

function attachedBody(raw: RawBody, files: readonly AlertFile[]): LetterAttachment | undefined {
  const type = mediaType(raw.contentType);
  const least = type === 'text/plain' ? smallText : smallData;
  if (raw.bytes.length < least || raw.bytes.length > bodyLimit || isFile(raw, files)) return undefined;
  return { ...bodyForm(raw.bytes, type), bytes: raw.bytes };
}

/** Whether the body is one of the files, or the envelope in which they came. */
const isFile = ({ bytes, contentType }: RawBody, files: readonly AlertFile[]): boolean =>
  /^multipart\//i.test(contentType) ||
  files.some((file) => file.bytes.length === bytes.length && Buffer.compare(file.bytes, bytes) === 0);

/**
 * The body under a name that opens in an editor, whatever its header said: `curl -d` calls JSON a form. HTML and everything else that a
 * browser would run comes as text: a double click on an attachment must show what a stranger sent, and not do what it says.
 */
function bodyForm(bytes: Uint8Array, type: string): Pick<LetterAttachment, 'filename' | 'contentType'> {
  const text = textIn(bytes);
  if (text === undefined) return { filename: 'body.bin', contentType: 'application/octet-stream' };
  if (isJson(text)) return { filename: 'body.json', contentType: 'application/json' };
  return type === 'text/csv'
    ? { filename: 'body.csv', contentType: type }
    : { filename: 'body.txt', contentType: 'text/plain' };
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As the sender said, where a message may say so; else what every program leaves alone. */
function mediaType(text: string): string {
  const parsed = parseMediaType(text);
  return parsed.ok ? parsed.contentType : 'application/octet-stream';
}

/** Longest file name; more is cut before the extension. */
const nameLimit = 100;

const extensions: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'text/plain': '.txt',
  'application/json': '.json',
  'application/pdf': '.pdf',
};

/** The name without its folder, and without what Windows refuses in names or mail takes for an encoded word (RFC 2047). */
function safeName(name: string, number: number, contentType: string): string {
  const last = oneLine(name).split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replaceAll(/[<>:"|?*]/g, '_')
    .replaceAll('=_', '_')
    .replace(/^[. ]+/, '');
  const fit = trimmedEnd(clean, /[. ]/);
  if (fit === '') return `file-${number}${entry(extensions, contentType) ?? ''}`;
  if (fit.length <= nameLimit) return fit;
  const extension = /\.[a-z0-9]{1,8}$/i.exec(fit)?.[0] ?? '';
  return fit.slice(0, nameLimit - extension.length).toWellFormed() + extension;
}

function unique(name: string, names: Set<string>): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let free = name;
  for (let number = 2; names.has(free.toLowerCase()); number += 1) free = `${stem}-${number}${extension}`;
  names.add(free.toLowerCase());
  return free;
}

/** `840 bytes`, `4.2 kB`, `2.3 MB`: powers of ten, as mail programs show. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 999_500 ? `${round(bytes / 1000)} kB` : `${round(bytes / 1_000_000)} MB`;
}

const round = (count: number): string => (count < 9.95 ? count.toFixed(1) : count.toFixed(0));
