import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Every quarter of a minute: rings again for messages whose doorbell was lost or whose worker died. */
app.timer('sweep', {
  schedule: '*/15 * * * * *',
  handler: async () => {
    const { rung, lapsed } = await bridge.sweep();
    if (rung > 0) bridge.log('warn', 'outbox.swept', { count: rung });
    if (lapsed > 0) bridge.log('warn', 'outbox.leases-lapsed', { count: lapsed });
  },
});
