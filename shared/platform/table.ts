/**
 * Table Storage: one place for the table that is not there yet, for answers that come in pages, and for the SDK's error shapes. A door.
 */
import type { TableClient, TableEntityResult } from '@azure/data-tables';

/** HTTP status of an error thrown by a storage SDK, or undefined. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Whether an error means that the row, the table or the queue does not exist. */
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/**
 * Runs a write that needs no row to exist; when the table is missing, creates it and runs the write again.
 *
 * @throws RestError: 409 when the write creates a row that exists already.
 */
export async function inTable<T>(client: TableClient, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await client.createTable();
    return await write();
  }
}

/** Most rows of one answer of the service. */
export const mostRows = 1000;

/**
 * Reads rows, page by page: one may be empty, or short, though others come behind it. None where there is no table.
 *
 * @param limit most rows that are read.
 * @throws RestError when storage cannot be reached.
 */
export async function rowsOf(
  client: TableClient,
  queryOptions: { readonly filter: string; readonly select: string[] },
  limit = Infinity,
): Promise<TableEntityResult<Record<string, unknown>>[]> {
  const found: TableEntityResult<Record<string, unknown>>[] = [];
  try {
    const pages = client.listEntities({ queryOptions }).byPage({ maxPageSize: Math.min(limit, mostRows) });
    for await (const page of pages) {
      found.push(...page);
      if (found.length >= limit) break;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return found.slice(0, limit);
}

/** Answers that say something about the account or the way to it, and nothing about the request: signed out, forbidden, too much. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/**
 * Whether an error of a storage SDK passes without anything being done about the request: storage was not reached, failed, or did not
 * let us in. Told by the error's name, since each lazy chunk has classes of its own.
 */
export function isOutage(error: unknown): boolean {
  const { name } = error as { name?: string };
  if (name !== 'RestError' && name !== 'AbortError') return false;
  const status = statusOf(error);
  return status === undefined || status >= 500 || passing.has(status);
}
