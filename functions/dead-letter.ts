import { app } from '@azure/functions';
import { readEntry } from '../shared/outbox/entry.ts';
import { storageNames } from '../shared/platform/storage.ts';
import { bridge } from './bridge.ts';

/** The poison queue: what the host gave up on is recorded as a dead letter. */
async function deadLetterEntry(queueItem: unknown): Promise<void> {
  const entry = readEntry(queueItem);
  if (entry) await bridge.deadLetter(entry);
  else bridge.log('error', 'outbox.unreadable-entry', { reason: 'poison queue' });
}

app.storageQueue('dead-letter', {
  queueName: storageNames.poisonQueue,
  connection: 'AzureWebJobsStorage',
  handler: deadLetterEntry,
});
