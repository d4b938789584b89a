/**
 * JSON in a column of a table row: as text, which people can read in the portal, or compressed when it is longer than text may be.
 *
 * A text property holds 32 Ki characters, a binary one 64 KiB
 * (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model). A mail to 500 recipients whom the
 * server refuses for now has events of a hundred thousand characters, and a row that cannot be written would be sent again.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const textLimit = 32_000;

/** The value for a column. Its events repeat the same names: of a million characters some kilobytes are left. */
export function jsonColumn(value: object): string | Uint8Array {
  const text = JSON.stringify(value);
  if (text.length <= textLimit) return text;
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

/** Reads a column that `jsonColumn` made. */
export const readJsonColumn = (column: unknown): unknown =>
  JSON.parse(column instanceof Uint8Array ? brotliDecompressSync(column).toString() : String(column));
