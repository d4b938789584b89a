/** The handler that everybody writes first, with Graph: send while the caller waits, and tell what Graph said. */
import { app } from '@azure/functions';
import { sendByGraph, type Mail } from './send-by-graph.ts';

app.http('direct', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: async (request) => {
    const mail: Mail = Object(await request.json());
    return { status: await sendByGraph(mail), body: '' };
  },
});
