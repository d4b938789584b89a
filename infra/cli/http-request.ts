/**
 * A raw HTTP/1.1 request in a file, as `curl --trace` or a request bin keeps it (RFC 9112 §3): request line, header fields, an empty
 * line, the body.
 */

/** What such a file says. */
export interface HttpRequestText {
  readonly method: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** Longest head that is looked for. */
const headLimit = 65_536;

/** Reads a request; undefined when the bytes do not begin like one, and so are a body. */
export function readHttpRequest(bytes: Buffer): HttpRequestText | undefined {
  const start = bytes.toString('latin1', 0, headLimit);
  const [first = '', method, target = ''] =
    /^(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) (\S+)(?: HTTP\/\d(?:\.\d)?)?\r?\n/.exec(start) ?? [];
  if (method === undefined) return undefined;
  const end = /\r?\n\r?\n/.exec(start.slice(first.length - 1));
  const headEnd = end ? first.length - 1 + end.index : start.length;
  const bodyStart = end ? headEnd + end[0].length : bytes.length;
  const headers = new Map<string, string>();
  for (const line of start.slice(first.length, headEnd).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const question = target.indexOf('?');
  const query = new URLSearchParams(question < 0 ? '' : target.slice(question + 1));
  return { method, headers, query, body: bytes.subarray(bodyStart) };
}
