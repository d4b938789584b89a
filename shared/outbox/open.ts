/**
 * The outbox on a storage account: the one place that says where its parts live. A door.
 */
import type { Log } from '../platform/log.ts';
import { storageNames, type Storage } from '../platform/storage.ts';
import type { Announcer } from '../reporting/webhook-announcer.ts';
import { announced } from './announced.ts';
import { openBatches } from './batches.ts';
import { openContentStore } from './content.ts';
import { openLedger } from './ledger.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { openOutboxQueue } from './queue.ts';
import { openRecords } from './record.ts';

/**
 * Opens it. Connects to nothing before it is used.
 *
 * @param announce rings for every event that is written; without it nobody is told.
 */
export function openOutbox(storage: Storage, log: Log, announce?: Announcer): Outbox {
  const table = storage.table(storageNames.messages);
  const records = openRecords(table);
  return createOutbox({
    records: announce ? announced(records, announce) : records,
    batches: openBatches(table),
    ledger: openLedger(table),
    contents: openContentStore(() => storage.container(storageNames.content)),
    queue: openOutboxQueue({
      high: storage.queue(storageNames.highQueue),
      normal: storage.queue(storageNames.queue),
      low: storage.queue(storageNames.lowQueue),
    }),
    log,
  });
}
