/** Which storage requests belong to mails, read from Azurite's counters. */
import type { Azurite } from '../../infra/local/azurite.ts';
import { storageNames } from '../../shared/platform/storage.ts';

/** Requests for each mail. */
export interface Count {
  /** By service and operation, without the pace and without polls: `queue PutMessage` → 1. */
  readonly operations: ReadonlyMap<string, number>;
  /** Reading and writing the table of the pace. */
  readonly pace: number;
  /** GetMessages on the queues of the outbox, whether they found something or not. */
  readonly polls: number;
}

const queues = [storageNames.queue, storageNames.highQueue, storageNames.lowQueue];

/** Polls: GetQueueMetadata asks for a queue that is not there, as the poison queues are. */
const polling = new Set(['GetMessages', 'GetQueueMetadata']);

/** What was counted since the last reset, by `mails`. Only queues from which something was taken count as polled. */
export function countRequests(azurite: Azurite, mails: number): Count {
  const operations = new Map<string, number>();
  let polls = 0;
  const add = (service: string, name: string): void => {
    for (const [operation, count] of Object.entries(azurite.transactionsOf(name))) {
      if (polling.has(operation)) continue;
      const key = `${service} ${operation}`;
      operations.set(key, (operations.get(key) ?? 0) + count / mails);
    }
  };
  for (const name of [storageNames.messages, '$batch']) add('table', name);
  for (const name of queues) {
    add('queue', name);
    const { GetMessages = 0, DeleteMessage = 0 } = azurite.transactionsOf(name);
    if (DeleteMessage > 0) polls += GetMessages / mails;
  }
  add('blob', storageNames.content);
  const pace = Object.values(azurite.transactionsOf(storageNames.pace)).reduce((sum, n) => sum + n, 0);
  return { operations, pace: pace / mails, polls };
}

/** All of them but pace and polls, of one service or of all. */
export const sum = ({ operations }: Count, service = ''): number =>
  [...operations].reduce((total, [name, count]) => total + (name.startsWith(service) ? count : 0), 0);

/** Queue messages deleted since the last reset: turns that have come to their end. */
export const turnsEnded = (azurite: Azurite): number =>
  queues.reduce((total, name) => total + (azurite.transactionsOf(name)['DeleteMessage'] ?? 0), 0);
