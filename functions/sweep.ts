import { app } from '@azure/functions';
import { bridge } from './bridge.ts';

/** Passes from one heartbeat to the next: a minute. */
const passesPerBeat = 4;

let pass = 0;

/**
 * Every quarter of a minute: rings again for messages whose doorbell was lost or whose worker died. Once a minute, and in the first
 * pass of a process, it says how it stands: where that is missing, neither timers nor storage work.
 */
app.timer('sweep', {
  schedule: '*/15 * * * * *',
  handler: async () => {
    const { rung, lapsed, census } = await bridge.sweep(pass++ % passesPerBeat === 0);
    if (rung > 0) bridge.log('warn', 'outbox.swept', { count: rung });
    if (lapsed > 0) bridge.log('warn', 'outbox.leases-lapsed', { count: lapsed });
    if (census) bridge.log('info', 'bridge.heartbeat', { ...census });
  },
});
