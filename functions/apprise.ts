import { findHook, serveHook } from './hook-call.ts';

/** `POST /notify/{hook}`: as an Apprise API server takes it; what it calls a key is the name of a hook. */
serveHook(
  'apprise-notify',
  { methods: ['POST'], route: 'notify/{hook}/{*path}', protocol: 'apprise' },
  findHook((request) => request.params['hook'] ?? ''),
);
