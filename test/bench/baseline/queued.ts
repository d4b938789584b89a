/** Two functions as everybody writes them: the request's body becomes a queue message, the queue's trigger posts it to Graph. */
import { app } from '@azure/functions';
import { QueueClient } from '@azure/storage-queue';
import { sendByGraph } from './send-by-graph.ts';

const queueName = 'bench-queued';
const queue = new QueueClient(process.env['AzureWebJobsStorage'] ?? '', queueName);
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

app.storageQueue('send', {
  queueName,
  connection: 'AzureWebJobsStorage',
  handler: async (mail) => {
    const status = await sendByGraph(Object(mail));
    if (status !== 202) throw new Error(`Graph answered ${status}.`);
  },
});
