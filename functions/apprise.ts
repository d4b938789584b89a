import { app } from '@azure/functions';
import { callHook, findHook } from './hook-call.ts';

/** `POST /notify/{hook}`: as an Apprise API server takes it; what it calls a key is the name of a hook. */
app.http('apprise-notify', {
  methods: ['POST'],
  route: 'notify/{hook}/{*path}',
  authLevel: 'anonymous',
  handler: (request) => callHook(request, findHook(request.params['hook'] ?? ''), 'apprise'),
});
