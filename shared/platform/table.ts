/**
 * Writing to Table Storage: one place for the table that is not there yet and for the SDK's error shapes. A door.
 */
import type { TableClient } from '@azure/data-tables';

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
