/** The clients that the conformance suite speaks with, each on names of its own. */
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';

export interface Clients {
  table(): Promise<TableClient>;
  /** These do not make it. */
  tableNamed(name: string): TableClient;
  queueNamed(name: string): QueueClient;
  containerNamed(name: string): ContainerClient;
  queue(): Promise<QueueClient>;
  container(): Promise<ContainerClient>;
}

/** Makes a new table, queue or container with every call. No retries: an answer counts as it is. */
export function clientsOf(connectionString: string): Clients {
  let made = 0;
  const retryOptions = { maxTries: 1, maxRetries: 0 };
  const queues = QueueServiceClient.fromConnectionString(connectionString, { retryOptions });
  const blobs = BlobServiceClient.fromConnectionString(connectionString, { retryOptions });
  const tableNamed = (name: string): TableClient =>
    TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true, retryOptions });
  return {
    tableNamed,
    queueNamed: (name) => queues.getQueueClient(name),
    containerNamed: (name) => blobs.getContainerClient(name),
    async table() {
      const table = tableNamed(`Table${made++}`);
      await table.createTable();
      return table;
    },
    async queue() {
      const queue = queues.getQueueClient(`queue-${made++}`);
      await queue.create();
      return queue;
    },
    async container() {
      const container = blobs.getContainerClient(`container-${made++}`);
      await container.create();
      return container;
    },
  };
}

/** What a client threw, as far as both services must agree: status and code. */
export async function refusal(work: Promise<unknown>): Promise<{ status: number; code: string }> {
  try {
    await work;
  } catch (error) {
    const { statusCode, code, details, response } = error as {
      statusCode?: number;
      code?: string;
      details?: { errorCode?: string; odataError?: { code?: string } };
      response?: { headers: { get(name: string): string | undefined } };
    };
    const header = response?.headers.get('x-ms-error-code');
    return {
      status: statusCode ?? 0,
      code: header ?? code ?? details?.odataError?.code ?? details?.errorCode ?? '',
    };
  }
  throw new Error('nothing was refused');
}
