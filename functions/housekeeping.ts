import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Every hour: removes contents, records and blobs that have been kept for long enough. */
app.timer('housekeeping', {
  schedule: '0 23 * * * *',
  handler: async () => {
    for (const [what, count] of Object.entries(await bridge.keepHouse())) {
      if (count > 0) bridge.log('info', `housekeeping.${what}`, { count });
    }
  },
});
