import { app } from '@azure/functions';
import { readEntry } from '../shared/outbox/entry.ts';
import { storageNames } from '../shared/platform/storage.ts';
import { bridge } from './bridge.ts';

/** One trigger for each priority: what is high does not stand in line behind a backlog of the others. */
const queues = {
  deliver: { queueName: storageNames.queue, priority: 'normal' },
  'deliver-high': { queueName: storageNames.highQueue, priority: 'high' },
  'deliver-low': { queueName: storageNames.lowQueue, priority: 'low' },
} as const;

/** A doorbell: takes one delivery turn. When it throws, the host rings again after `visibilityTimeout`. */
for (const [name, { queueName, priority }] of Object.entries(queues)) {
  app.storageQueue(name, {
    queueName,
    connection: 'AzureWebJobsStorage',
    handler: async (queueItem, { invocationId }) => {
      const entry = readEntry(queueItem);
      if (entry) await bridge.deliver(entry, priority);
      else bridge.log('error', 'outbox.unreadable-entry', { reason: `invocation ${invocationId}` });
    },
  });
}
