/**
 * The client certificate that App Service forwards: `X-ARR-ClientCert` holds it as Base64 of DER, without the lines of PEM.
 * (https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth, read 2026-11.)
 *
 * App Service has had the caller prove that it holds the private key, and has checked nothing else: which certificates are good, and
 * when, is decided here. A certificate is pinned by its digest, so that no authority has to be trusted; it may be self-signed.
 */
import { X509Certificate } from 'node:crypto';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** Longest text that is looked at; a certificate has two to four thousand characters. */
const longest = 16_384;

/**
 * Reads the header.
 *
 * @returns SHA-256 of the certificate (DER), hexadecimal, lower case; undefined where there is none.
 */
export function readCertificate(header: string | undefined, now: Date): Result<string | undefined> {
  if (header === undefined || header === '') return ok(undefined);
  const certificate = parse(header);
  if (!certificate) return refuse('invalid-certificate', 'The client certificate cannot be read.');
  const { validFromDate, validToDate, fingerprint256 } = certificate;
  if (now < validFromDate) return refuse('invalid-certificate', 'The client certificate is not valid yet.');
  if (now > validToDate) {
    return refuse(
      'invalid-certificate',
      'The client certificate has expired. Renew it, and have it registered.',
    );
  }
  return ok(fingerprint256.replaceAll(':', '').toLowerCase());
}

/** Base64 of DER, or all of PEM in one line as some tools write it. */
function parse(text: string): X509Certificate | undefined {
  const base64 = text
    .replace('-----BEGIN CERTIFICATE-----', '')
    .replace('-----END CERTIFICATE-----', '')
    .trim();
  if (base64.length > longest || !/^[A-Za-z0-9+/ \r\n]+={0,2}$/.test(base64)) return undefined;
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
