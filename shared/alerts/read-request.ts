/**
 * A request to a hook, from bytes to what adapters read.
 *
 * The content type is a hint and no more: `curl -d` labels everything as a form, SNS sends JSON as text, devices send nothing. What
 * the bytes are decides, and nothing is refused: what is neither JSON nor form nor XML is text, and what is no text is a file.
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { AlertFile, HookRequest } from './alert.ts';
import { decodeText, looksLikeText } from './charset.ts';
import { fileType, safeFilename, sniffFile } from './file-type.ts';
import { fieldsValue, looksLikeForm, readForm, type FormLabel } from './form.ts';
import { headerText } from './header-text.ts';
import { findBoundary, readMultipart } from './multipart.ts';
import { withoutCredentials } from './said-query.ts';
import { readTolerantJson } from './tolerant-json.ts';
import { looksLikeHtml, looksLikeXml, readXml } from './xml.ts';

/** What the transport knows of a request. */
export interface RawRequest {
  readonly method: string;
  /** Looks up a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** Bytes that a compressed body may become. */
const inflatedLimit = 32 * 1024 * 1024;

/** Content types that say what a file is; that of a text says nothing of bytes that are none. */
const fileLabel =
  /^(?:image|audio|video|font|model)\/|^application\/(?!json|xml|x-www-form|[\w.-]+\+(?:json|xml))|^text\/(?:csv|calendar|vcard)/;

type Body = Pick<HookRequest, 'mediaType' | 'value' | 'text' | 'files'>;

/**
 * Reads a request. Never rejects, whatever the body holds; linear in its length.
 *
 * @returns what adapters and the generic reading take.
 */
export async function readRequest(raw: RawRequest): Promise<HookRequest> {
  const bytes = inflate(raw.body, raw.header('content-encoding'));
  const body = await readBody(bytes, raw.header('content-type') ?? '', raw.header);
  const query = withoutCredentials(raw.query);
  return { method: raw.method.toUpperCase(), header: raw.header, query, ...body };
}

async function readBody(bytes: Uint8Array, contentType: string, header: RawRequest['header']): Promise<Body> {
  if (bytes.length === 0) return { mediaType: '', value: undefined, text: '', files: [] };
  const boundary = findBoundary(contentType, bytes);
  const multipart = boundary === undefined ? undefined : await readMultipart(bytes, boundary);
  if (multipart) {
    const value = multipart.fields.length > 0 ? fieldsValue(multipart.fields) : undefined;
    return { mediaType: 'multipart/form-data', value, text: '', files: multipart.files };
  }
  const declared = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const content = withoutZeros(bytes);
  const file = bodyAsFile(content, declared, header);
  if (file) return { mediaType: file.contentType, value: undefined, text: '', files: [file] };
  const charset = /;\s*charset="?([\w-]{1,40})/i.exec(contentType.slice(0, 500))?.[1];
  return readText(decodeText(content, charset), declared);
}

/**
 * The body as a file: because the sender names one (ntfy's `Filename`, or a `Content-Disposition`), or because it is no text.
 */
function bodyAsFile(
  bytes: Uint8Array,
  declared: string,
  header: RawRequest['header'],
): AlertFile | undefined {
  const named =
    headerText(header, ['filename', 'x-filename', 'file', 'x-file']) ??
    dispositionName(header('content-disposition'));
  const sniffed = sniffFile(bytes);
  if (named === undefined && sniffed === undefined && looksLikeText(bytes) && declared !== 'image/svg+xml')
    return undefined;
  const filename = safeFilename(
    named ?? '',
    `body.${sniffed?.extension ?? (declared === 'image/svg+xml' ? 'svg' : 'bin')}`,
  );
  return {
    filename,
    contentType: fileType(bytes, filename, fileLabel.test(declared) ? declared : ''),
    bytes,
  };
}

/** Devices send the zero that ends a string in C. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 8 && bytes[end - 1] === 0) end--;
  const rest = bytes.subarray(0, end);
  return end < bytes.length && looksLikeText(rest) && !looksLikeText(bytes) ? rest : bytes;
}

function dispositionName(header: string | undefined): string | undefined {
  return /;\s*filename="?([^";]{1,300})/i.exec(header?.slice(0, 1000) ?? '')?.[1];
}

function readText(decoded: string, declared: string): Body {
  const text = decoded.replace(/^\ufeff/, '');
  const reading = { text, files: [] };
  const json = asJson(text, /json/.test(declared));
  if (json) return { ...reading, mediaType: 'application/json', value: json.value };
  const label: FormLabel = /x-www-form-urlencoded/.test(declared)
    ? 'form'
    : declared === '' || declared === 'application/octet-stream'
      ? 'none'
      : 'text';
  if (looksLikeForm(text, label)) {
    return { ...reading, mediaType: 'application/x-www-form-urlencoded', value: fieldsValue(readForm(text)) };
  }
  if (looksLikeHtml(text)) return { ...reading, mediaType: 'text/html', value: undefined };
  const xml = looksLikeXml(text) ? readXml(text) : undefined;
  if (xml) return { ...reading, mediaType: 'application/xml', value: xml };
  return { ...reading, mediaType: 'text/plain', value: undefined };
}

/** A body as JSON, when most of it is. A lone scalar counts only where the content type says JSON. */
function asJson(text: string, labelled: boolean): { readonly value: unknown } | undefined {
  // "[Alert] Disk full" is a text.
  const shaped = /^\s*(?:\{|\[\s*(?:[[{"\]\d-]|true|false|null))/.test(text.slice(0, 1000));
  if (!shaped && !labelled) return undefined;
  const json = readTolerantJson(text);
  if (!json || json.share < 0.5) return undefined;
  if (typeof json.value !== 'object') return labelled && json.complete ? json : undefined;
  const empty = json.value !== null && Object.keys(json.value).length === 0;
  return json.complete || !empty ? json : undefined;
}

/** A body that a shipper of logs compressed; as it is when it turns out not to be. */
function inflate(bytes: Uint8Array, encoding: string | undefined): Uint8Array {
  const options = { maxOutputLength: inflatedLimit };
  try {
    const name = encoding?.trim().toLowerCase() ?? '';
    if (name === 'gzip' || name === 'x-gzip') return gunzipSync(bytes, options);
    if (name === 'deflate') return inflateSync(bytes, options);
    return name === 'br' ? brotliDecompressSync(bytes, options) : bytes;
  } catch {
    return bytes;
  }
}
