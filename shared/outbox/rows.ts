/**
 * Writing rows to Table Storage: one place for the table that is not there yet and for the SDK's error shapes. A door.
 */
import type { TableClient, TableEntity } from '@azure/data-tables';

/** HTTP status of an error thrown by a storage SDK, or undefined. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Whether an error means that the row, the table or the queue does not exist. */
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/**
 * Writes a row; creates the table when it is missing.
 *
 * @throws RestError: 409 when the row exists already.
 */
export async function insertRow(client: TableClient, row: TableEntity): Promise<void> {
  try {
    await client.createEntity(row);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await client.createTable();
    await client.createEntity(row);
  }
}
