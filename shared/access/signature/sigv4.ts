/**
 * Signatures of AWS's clients, Signature Version 4 for every service but S3.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
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

/** Seconds that a signature may be old or ahead: what AWS allows most services. */
const window = 900;

/** What the Authorization header says. */
export interface Sigv4 {
  readonly accessKeyId: string;
  /** `20261128/eu-west-1/ses/aws4_request` in its parts. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Names in lower case, in order. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
}

const shape =
  /^AWS4-HMAC-SHA256\s+Credential=([A-Za-z0-9_-]{1,128})\/(\d{8})\/([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})\/aws4_request,\s*SignedHeaders=([a-z0-9;-]{1,2000}),\s*Signature=([0-9a-f]{64})$/;

/** Reads the header; undefined when the request shows no signature of this kind. */
export function readSigv4(header: SignedRequest['header']): Sigv4 | undefined {
  const [, accessKeyId, date, region, service, names, signature] =
    shape.exec(header('authorization') ?? '') ?? [];
  if (!accessKeyId || !date || !region || !service || !names || !signature) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/** Checks a signature: that of the request's every signed part, its body always among them. @param secret the secret access key. */
export function verifySigv4(request: SignedRequest, secret: Secret, now: Date): SignatureVerdict {
  const { header, body } = request;
  const read = readSigv4(header);
  const time = header('x-amz-date') ?? '';
  // Without host and time a signature could be shown elsewhere and for ever.
  if (!read?.signedHeaders.includes('host') || !read.signedHeaders.includes('x-amz-date')) return 'wrong';
  const hash = sha256(body).toString('hex');
  const declared = header('x-amz-content-sha256');
  if (declared !== undefined && declared !== hash) return 'wrong';
  const scope = `${read.date}/${read.region}/${read.service}/aws4_request`;
  const canonical = sha256(canonicalRequest(request, read.signedHeaders, hash)).toString('hex');
  const key = [read.region, read.service, 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${secret.reveal()}`, read.date),
  );
  const right = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${canonical}`);
  if (!sameDigest(Buffer.from(read.signature, 'hex'), right)) return 'wrong';
  return time.startsWith(read.date) && isNear(basicTime(time), now, window) ? 'right' : 'stale';
}

function canonicalRequest(
  { method, target, header }: SignedRequest,
  signedHeaders: readonly string[],
  hash: string,
): string {
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const fields = signedHeaders.map(
    (name) => `${name}:${(header(name) ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    method.toUpperCase(),
    // Encoded once more than on the wire.
    path.split('/').map(encode).join('/'),
    at === -1 ? '' : canonicalQuery(target.slice(at + 1)),
    fields.join(''),
    signedHeaders.join(';'),
    hash,
  ].join('\n');
}

/** Pairs encoded anew and sorted by their code points. */
const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query.replaceAll('+', '%2B'))]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort((a, b) => (a < b ? -1 : Number(a > b)))
    .join('&');

/** RFC 3986: all but the unreserved characters. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `20261128T171849Z` in milliseconds since 1970, else NaN. */
const basicTime = (text: string): number =>
  /^\d{8}T\d{6}Z$/.test(text)
    ? Date.parse(text.replace(/^(....)(..)(..T)(..)(..)(..Z)$/, '$1-$2-$3$4:$5:$6'))
    : Number.NaN;
