/** The bare handler of the accept path: the request's body becomes one queue message, nothing is looked at. */
import { app } from '@azure/functions';
import { QueueClient } from '@azure/storage-queue';

const queue = new QueueClient(process.env['AzureWebJobsStorage'] ?? '', 'bench-bare');
await queue.createIfNotExists();

app.http('enqueue', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: async (request) => {
    await queue.sendMessage(Buffer.from(await request.text()).toString('base64'));
    return { status: 202 };
  },
});
