import { app } from '@azure/functions';
import { storageNames } from '../shared/platform/storage.ts';
import { readWebhookEntry, type WebhookEntry } from '../shared/reporting/webhook-entry.ts';
import { bridge } from './bridge.ts';

/** An event of a message: somebody is to be told. Throws only when storage fails; the host then rings again. */
const turns = {
  announce: { queueName: storageNames.events, turn: (entry: WebhookEntry) => bridge.tell(entry) },
  'announce-poison': {
    queueName: storageNames.eventsPoison,
    turn: (entry: WebhookEntry) => bridge.tellLater(entry),
  },
} as const;

for (const [name, { queueName, turn }] of Object.entries(turns)) {
  app.storageQueue(name, {
    queueName,
    connection: 'AzureWebJobsStorage',
    handler: async (queueItem) => {
      const entry = readWebhookEntry(queueItem);
      if (entry) await turn(entry);
      else bridge.log('error', 'webhook.unreadable-entry', { reason: name });
    },
  });
}
