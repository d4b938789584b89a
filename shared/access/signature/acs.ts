/**
 * Signatures of Azure Communication Services' clients: HMAC-SHA-256 over method, path, date, host and hash of the body.
 * Source: https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
 */
import type { Secret } from '../../platform/secret.ts';
import {
  hmac,
  isNear,
  sameDigest,
  sha256,
  type SignatureVerdict,
  type SignedRequest,
} from './signed-request.ts';

/** Seconds that a signature may be old or ahead: what the service itself allows. */
const window = 300;

/** The signature that a request shows; undefined when it shows none of this kind. */
export const acsSignature = (header: SignedRequest['header']): string | undefined =>
  /^HMAC-SHA256\s+SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=([A-Za-z0-9+/]{43}=)$/i.exec(
    header('authorization') ?? '',
  )?.[1];

/**
 * Checks a signature. The content hash is one of the signed fields, and the body must have it.
 *
 * @param secret the access key of the connection string, base64.
 */
export function verifyAcs(request: SignedRequest, secret: Secret, now: Date): SignatureVerdict {
  const { method, target, header, body } = request;
  const given = acsSignature(header);
  const date = header('x-ms-date') ?? '';
  const hash = header('x-ms-content-sha256') ?? '';
  if (given === undefined) return 'wrong';
  if (!sameDigest(Buffer.from(hash, 'base64'), sha256(body))) return 'wrong';
  // What is no Base64 reads as nothing, and with an empty key anybody can sign.
  const key = Buffer.from(secret.reveal(), 'base64');
  if (key.length === 0) return 'wrong';
  const text = `${method.toUpperCase()}\n${target}\n${date};${header('host') ?? ''};${hash}`;
  const right = hmac(key, text);
  if (!sameDigest(Buffer.from(given, 'base64'), right)) return 'wrong';
  return isNear(imfDate(date), now, window) ? 'right' : 'stale';
}

/** An IMF-fixdate (RFC 9110 §5.6.7) in milliseconds since 1970, else NaN. */
const imfDate = (text: string): number =>
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : Number.NaN;
