import { findHook, serveHook } from './hook-call.ts';

/** `/hooks/{hook}`, and whatever stands behind it: what a tool or a device says, as a mail. */
serveHook(
  'hooks',
  { methods: ['GET', 'POST', 'PUT', 'OPTIONS'], route: 'hooks/{hook}/{*path}' },
  findHook((request) => request.params['hook'] ?? ''),
);
