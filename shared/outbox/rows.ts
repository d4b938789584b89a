/**
 * Writing rows to Table Storage: one place for the table that is not there yet and for the SDK's error shapes. A door.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';

/** HTTP status of an error thrown by a storage SDK, or undefined. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

/** Whether an error means that the row, the table or the queue does not exist. */
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/**
 * Writes one or several rows of one partition, all or none; creates the table when it is missing.
 *
 * @throws RestError: 409 when a row exists already.
 */
export async function insertRows(client: TableClient, actions: TransactionAction[]): Promise<void> {
  try {
    await write(client, actions);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await client.createTable();
    await write(client, actions);
  }
}

async function write(client: TableClient, actions: TransactionAction[]): Promise<void> {
  const [first] = actions;
  // A single insert is cheaper than a transaction of one: no multipart body on either side.
  if (actions.length === 1 && first?.[0] === 'create') await client.createEntity(first[1]);
  else await client.submitTransaction(actions);
}
