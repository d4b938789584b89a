import { app } from '@azure/functions';
import { callHook, findHook } from './hook-call.ts';

/** `/hooks/{hook}`, and whatever stands behind it: what a tool or a device says, as a mail. */
app.http('hooks', {
  methods: ['GET', 'POST', 'PUT', 'OPTIONS'],
  route: 'hooks/{hook}/{*path}',
  authLevel: 'anonymous',
  handler: (request) => callHook(request, findHook(request.params['hook'] ?? '')),
});
