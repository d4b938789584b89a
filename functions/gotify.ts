import { app } from '@azure/functions';
import * as gotify from '../shared/alerts/protocols/gotify.ts';
import { callHook, findHook } from './hook-call.ts';

/** The server whose API this is; clients ask for it when its address is entered. */
const speaks = '2.6.0';

/** `POST /message`: as Gotify takes it. Gotify knows no names of hooks, so the token has to be a key made for one. */
app.http('gotify-message', {
  methods: ['POST'],
  route: 'message',
  authLevel: 'anonymous',
  handler: (request) => callHook(request, findHook(undefined), 'gotify'),
});

app.http('gotify-health', {
  methods: ['GET'],
  route: 'health',
  authLevel: 'anonymous',
  handler: () => gotify.health,
});

app.http('gotify-version', {
  methods: ['GET'],
  route: 'version',
  authLevel: 'anonymous',
  handler: () => gotify.version(speaks),
});
