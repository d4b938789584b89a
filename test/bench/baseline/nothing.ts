/** The smallest app there is: what a cold start costs without us. */
import { app } from '@azure/functions';

app.http('nothing', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: () => ({ status: 202 }),
});
