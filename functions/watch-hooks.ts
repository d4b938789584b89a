import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Twice a minute: digests, reminders, and calls that did not come. */
app.timer('watch-hooks', {
  schedule: '10,40 * * * * *',
  handler: () => bridge.watchHooks(),
});
