import { createHmac } from 'node:crypto';
import type { QueueAccount } from './connection.ts';

/**
 * The Authorization header of one request to the queue service with a shared key.
 * `headers` are the `x-ms-` headers, lower-cased; `length` is that of the body in bytes.
 * Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function sharedKey(
  { account, key }: QueueAccount & { key: Buffer },
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  length: number,
  contentType: string,
): string {
  const canonicalHeaders = Object.keys(headers)
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const query = [...url.searchParams]
    .map(([name, value]) => `\n${name.toLowerCase()}:${value}`)
    .sort()
    .join('');
  const text = [
    method,
    '', // Content-Encoding
    '', // Content-Language
    length > 0 ? String(length) : '',
    '', // Content-MD5
    contentType,
    '', // Date: x-ms-date stands instead
    '', // If-Modified-Since
    '', // If-Match
    '', // If-None-Match
    '', // If-Unmodified-Since
    '', // Range
    `${canonicalHeaders}/${account}${url.pathname}${query}`,
  ].join('\n');
  return `SharedKey ${account}:${createHmac('sha256', key).update(text).digest('base64')}`;
}
