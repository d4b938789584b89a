import { app, type InvocationContext } from '@azure/functions';
import { readEntry } from '../shared/outbox/entry.ts';
import { storageNames } from '../shared/platform/storage.ts';
import { bridge } from './bridge.ts';

/** A doorbell: takes one delivery turn. Throws only when storage fails; the host then rings again after `visibilityTimeout`. */
async function deliverEntry(queueItem: unknown, context: InvocationContext): Promise<void> {
  const entry = readEntry(queueItem);
  if (!entry) {
    bridge.log('error', 'outbox.unreadable-entry', { reason: `invocation ${context.invocationId}` });
    return;
  }
  await bridge.deliver(entry);
}

/** One trigger for each priority: what is high does not stand in line behind a backlog of the others. */
const queues = {
  deliver: storageNames.queue,
  'deliver-high': storageNames.highQueue,
  'deliver-low': storageNames.lowQueue,
} as const;

for (const [name, queueName] of Object.entries(queues)) {
  app.storageQueue(name, { queueName, connection: 'AzureWebJobsStorage', handler: deliverEntry });
}
