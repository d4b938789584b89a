/**
 * Multipart forms (RFC 7578), by the platform's own parser. Files keep their names as written, raw UTF-8 too.
 */
import type { AlertFile } from './alert.ts';
import { fileType, safeFilename } from './file-type.ts';

/** What a multipart body holds. */
export interface Multipart {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly files: readonly AlertFile[];
}

/** Most parts of one body. */
const partLimit = 200;

/**
 * The boundary of a multipart form: as the content type says, or, where that was lost, by the body's own first line.
 *
 * @returns undefined when the body is no multipart form.
 */
export function findBoundary(contentType: string, bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const declared = /^\s*multipart\/[a-z-]+.*;\s*boundary="?([^";]{1,200})/i
    .exec(contentType.slice(0, 1000))?.[1]
    ?.trim();
  if (declared !== undefined && start.includes(`--${declared}`)) return declared;
  const own = /^\s*--([^\r\n]{1,200})\r?\nContent-/i.exec(start)?.[1];
  return own !== undefined && /Content-Disposition:\s*form-data/i.test(start) ? own : undefined;
}

/** Reads the parts; undefined when the parser cannot. */
export async function readMultipart(bytes: Uint8Array, boundary: string): Promise<Multipart | undefined> {
  const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
  const fields: [string, string][] = [];
  const files: AlertFile[] = [];
  try {
    const form = await new Response(Buffer.from(bytes), { headers }).formData();
    for (const [name, part] of form) {
      if (fields.length + files.length >= partLimit) break;
      if (typeof part === 'string') fields.push([name, part]);
      // A browser's FormData names a part that was made from memory "blob"; JSON among them is a field.
      else if (part.name === 'blob' && part.type.startsWith('application/json'))
        fields.push([name, await part.text()]);
      else if (part.size > 0) {
        const filename = safeFilename(part.name, 'attachment');
        const content = new Uint8Array(await part.arrayBuffer());
        const declared = (part.type.split(';')[0] ?? '').trim().toLowerCase();
        files.push({ filename, contentType: fileType(content, filename, declared), bytes: content });
      }
    }
  } catch {
    return undefined;
  }
  return { fields, files };
}
