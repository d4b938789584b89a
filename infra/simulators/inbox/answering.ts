/**
 * How this page answers: every answer carries a content security policy and is never cached. What comes from a mail is
 * hostile, and this server has the developer's other mails too.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Html } from './html.ts';

/** Own style, script, images and events; forms go home; nothing from elsewhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For what is data: should a browser take it for a page all the same, that page can do nothing. */
const DATA_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/**
 * For the HTML of a mail: its own styles and its own images (`images` is their address, up to a slash), no script, no
 * form, no other origin. Links open in a new tab, which is no longer bound by this.
 */
export function mailPolicy(images: string): string {
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src data: ${images}`,
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');
}

export interface Answer {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

export function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': DATA_POLICY,
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-DNS-Prefetch-Control': 'off',
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function sendPage(response: ServerResponse, page: Html, status = 200): void {
  send(response, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
    },
    body: page.text,
  });
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  send(response, {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: `${JSON.stringify(body, undefined, 2)}\n`,
  });
}

export function sendText(response: ServerResponse, status: number, sentence: string): void {
  send(response, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${sentence}\n` });
}

/** After a form: shows another page by GET. */
export function seeOther(response: ServerResponse, location: string): void {
  send(response, { status: 303, headers: { Location: location }, body: '' });
}

/** A file to be saved; the name may be anything. */
export function sendFile(response: ServerResponse, name: string, type: string, body: Buffer): void {
  send(response, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; ${fileName(name)}` },
    body,
  });
}

/** RFC 6266: a plain name for old programs, the real one in UTF-8. */
function fileName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/gu, '_').slice(0, 100) || 'file';
  const encoded = encodeURIComponent(name.slice(0, 150).toWellFormed()).replaceAll(/['()*]/gu, percent);
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function percent(character: string): string {
  return `%${character.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`;
}

/**
 * Whether a request may have come from a page of somebody else: through a foreign name for this address (DNS
 * rebinding), or as a form posted from another site.
 */
export function isForeign(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/u, '').toLowerCase();
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) return true;
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  return origin !== undefined && origin !== `http://${request.headers.host ?? ''}`;
}
