import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Every half minute: rings again for messages whose doorbell was lost or whose worker died. */
app.timer('sweep', {
  schedule: '*/30 * * * * *',
  handler: async () => {
    const { rung } = await bridge.sweep();
    if (rung > 0) bridge.log('warn', 'outbox.swept', { count: rung });
  },
});
