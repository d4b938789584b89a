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

app.storageQueue('deliver', {
  queueName: storageNames.queue,
  connection: 'AzureWebJobsStorage',
  handler: deliverEntry,
});
