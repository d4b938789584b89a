/**
 * The outbox on a storage account: the one place that says where its parts live. A door.
 */
import type { Log } from '../platform/log.ts';
import { storageNames, type Storage } from '../platform/storage.ts';
import { openContentStore } from './content.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { openOutboxQueue } from './queue.ts';
import { openRecords } from './record.ts';

/** Opens it. Connects to nothing before it is used. */
export const openOutbox = (storage: Storage, log: Log): Outbox =>
  createOutbox({
    records: openRecords(storage.table(storageNames.messages)),
    contents: openContentStore(() => storage.container(storageNames.content)),
    queue: openOutboxQueue({
      high: storage.queue(storageNames.highQueue),
      normal: storage.queue(storageNames.queue),
      low: storage.queue(storageNames.lowQueue),
    }),
    log,
  });
