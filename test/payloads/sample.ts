/**
 * Samples of what tools send: a folder with an `index.json` that says of each file how it is sent and what its mail must hold.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RawRequest } from '../../shared/alerts/read-request.ts';

/** What the mail of a sample must meet; empty texts and lists ask for nothing. */
export interface Expectation {
  readonly subject_contains?: readonly string[];
  readonly body_contains?: readonly string[];
  readonly severity?: string;
  /** A state of shared/alerts/alert.ts, or `handshake`; `reject` is access's matter and not looked at. */
  readonly state?: string;
  /** Must be, or begin, one of the links. */
  readonly link?: string;
}

/** An entry of `payloads` in `index.json`. */
export interface Sample {
  readonly tool: string;
  /** Below the folder: `.http` is a raw request, anything else a body. */
  readonly file: string;
  readonly content_type?: string;
  readonly method?: string;
  /** A query, with or without what stands before it. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: Expectation;
}

/** Reads the list of samples. Throws when there is none, or when it is not of the form. */
export function readSamples(folder: string): readonly Sample[] {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')) as {
    payloads?: readonly Sample[];
  };
  if (!Array.isArray(index.payloads)) throw new Error(`${folder}/index.json has no list "payloads".`);
  return index.payloads;
}

/** A sample as the request that it is. */
export function readSample(folder: string, sample: Sample): RawRequest {
  const bytes = readFileSync(path.join(folder, sample.file));
  if (sample.file.endsWith('.http')) return parseRequest(bytes);
  const headers = new Map(
    Object.entries(sample.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (sample.content_type !== undefined && sample.content_type !== '')
    headers.set('content-type', sample.content_type);
  return {
    method: sample.method ?? 'POST',
    header: (name) => headers.get(name),
    query: queryOf(sample.url ?? ''),
    body: bytes,
  };
}

/** Takes a raw HTTP/1.1 request apart (RFC 9112); lines may end in LF alone, and a chunked body is put together. */
export function parseRequest(bytes: Buffer): RawRequest {
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  const end = crlf === -1 || (lf !== -1 && lf < crlf) ? lf : crlf;
  const head = bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
  const [requestLine = '', ...lines] = head.split(/\r?\n/);
  const [method = 'GET', target = '/'] = requestLine.split(' ');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const rest = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + (end === crlf ? 4 : 2));
  const length = headers.get('content-length');
  const body = /chunked/i.test(headers.get('transfer-encoding') ?? '')
    ? joinChunks(rest)
    : rest.subarray(0, length === undefined ? rest.length : Number(length));
  return { method, header: (name) => headers.get(name), query: queryOf(target), body };
}

function joinChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function queryOf(target: string): URLSearchParams {
  const mark = target.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : target.slice(mark));
}
