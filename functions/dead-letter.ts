import { app } from '@azure/functions';
import { readEntry } from '../shared/outbox/entry.ts';
import { storageNames } from '../shared/platform/storage.ts';
import { bridge } from './bridge.ts';

/** The poison queues: what the host gave up on is recorded as a dead letter. */
async function deadLetterEntry(queueItem: unknown): Promise<void> {
  const entry = readEntry(queueItem);
  if (entry) await bridge.deadLetter(entry);
  else bridge.log('error', 'outbox.unreadable-entry', { reason: 'poison queue' });
}

const queues = {
  'dead-letter': storageNames.poisonQueue,
  'dead-letter-high': storageNames.highPoisonQueue,
  'dead-letter-low': storageNames.lowPoisonQueue,
} as const;

for (const [name, queueName] of Object.entries(queues)) {
  app.storageQueue(name, { queueName, connection: 'AzureWebJobsStorage', handler: deadLetterEntry });
}
