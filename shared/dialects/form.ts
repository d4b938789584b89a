/**
 * Forms: `multipart/form-data` (RFC 7578) and `application/x-www-form-urlencoded`, read by the platform's own parser.
 */
import { ok, refuse, type Result } from '../platform/problem.ts';

/** A file of a form. */
export interface FormFile {
  readonly field: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A form. */
export interface Form {
  /** Name → its values in their order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly FormFile[];
}

/** Most parts of a form. */
const partLimit = 2000;

/** Reads a form. @returns it, `unsupported-media-type` or `invalid-form`. Never throws. */
export async function readForm(bytes: Uint8Array, contentType = ''): Promise<Result<Form>> {
  if (
    !/^(?:multipart\/form-data|application\/x-www-form-urlencoded)(?:\s*;|\s*$)/i.test(contentType.trim())
  ) {
    return refuse(
      'unsupported-media-type',
      'Send a form: multipart/form-data, or application/x-www-form-urlencoded.',
    );
  }
  let data: FormData;
  try {
    data = await new Response(Buffer.from(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return refuse('invalid-form', 'The form cannot be read; check its boundary and that it was sent whole.');
  }
  const fields = new Map<string, string[]>();
  const files: FormFile[] = [];
  let parts = 0;
  for (const [field, value] of data) {
    if (++parts > partLimit) return refuse('invalid-form', `A form may have at most ${partLimit} parts.`);
    if (typeof value === 'string') fields.set(field, [...(fields.get(field) ?? []), value]);
    else {
      const content = new Uint8Array(await value.arrayBuffer());
      files.push({ field, filename: value.name, contentType: value.type, bytes: content });
    }
  }
  return ok({ fields, files });
}
