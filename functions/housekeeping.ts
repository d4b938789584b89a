import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Every hour: removes contents, records and blobs that have been kept for long enough; once a day looks at the credential. */
app.timer('housekeeping', {
  schedule: '0 23 * * * *',
  handler: async () => {
    await bridge.watchCredential();
    for (const [what, count] of Object.entries(await bridge.keepHouse())) {
      if (count > 0) bridge.log('info', `housekeeping.${what}`, { count });
    }
  },
});
