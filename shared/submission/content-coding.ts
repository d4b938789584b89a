/**
 * Bodies that came compressed (RFC 9110 §8.4.1): gzip and deflate, up to a size that is looked at while they are inflated, since a few
 * kilobytes can say many gigabytes.
 */
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { ok, refuse, type Result } from '../platform/problem.ts';

const inflaters = {
  gzip: promisify(gunzip),
  zlib: promisify(inflate),
  raw: promisify(inflateRaw),
} as const;

/**
 * The body without the coding that `Content-Encoding` names.
 *
 * @param most bytes that may come of it.
 * @returns the body itself where it is not compressed; `unsupported-content-encoding`, `invalid-content-encoding` or `body-too-large`.
 */
export async function decoded(
  body: Uint8Array,
  encoding: string | undefined,
  most: number,
): Promise<Result<Uint8Array>> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return ok(body);
  const inflater = inflaterOf(name, body);
  if (!inflater) {
    const detail =
      'The body is in a coding (Content-Encoding) that is not read here; send it in gzip or deflate, or as it is.';
    // RFC 9110 §15.5.16.
    return refuse('unsupported-content-encoding', detail, {
      headers: { 'accept-encoding': 'gzip, deflate' },
    });
  }
  try {
    return ok(await inflaters[inflater](body, { maxOutputLength: most }));
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      const detail = `The body has more than ${most} bytes when it is decompressed. Send fewer or smaller attachments.`;
      return refuse('body-too-large', detail);
    }
    const detail = `The body is not ${name}, as Content-Encoding says, or was not sent whole.`;
    return refuse('invalid-content-encoding', detail);
  }
}

/** `deflate` is zlib's format (RFC 1950), but many programs leave its two bytes out, and are understood everywhere. */
function inflaterOf(name: string, [first = 0]: Uint8Array): keyof typeof inflaters | undefined {
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name !== 'deflate') return undefined;
  return (first & 0x0f) === 8 ? 'zlib' : 'raw';
}
