import * as gotify from '../shared/alerts/protocols/gotify.ts';
import { findHook, serveHook } from './hook-call.ts';
import { serve } from './serve.ts';

/** The server whose API this is; clients ask for it when its address is entered. */
const speaks = '2.6.0';

/** `POST /message`: as Gotify takes it. Gotify knows no names of hooks, so the token has to be a key made for one. */
serveHook(
  'gotify-message',
  { methods: ['POST'], route: 'message', protocol: 'gotify' },
  findHook(() => undefined),
);

serve('gotify-health', { methods: ['GET'], route: 'health' }, () => gotify.health);
serve('gotify-version', { methods: ['GET'], route: 'version' }, () => gotify.version(speaks));
