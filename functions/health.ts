import { describeError } from '../shared/platform/log.ts';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { serve } from './serve.ts';

const methods = ['GET', 'HEAD'] as const;

/** `GET /health/live`: the process answers. Touches nothing. */
serve('health-live', { methods, route: 'health/live' }, () => json(200, { status: 'pass' }));

/** `GET /health/ready`: storage answers, so a submission would be accepted. Says no more than that to strangers. */
serve('health-ready', { methods, route: 'health/ready' }, async () => {
  try {
    await bridge.warmUp();
    return json(200, { status: 'pass' });
  } catch (error) {
    bridge.log('error', 'health.not-ready', { error: describeError(error) });
    return json(503, { status: 'fail' });
  }
});
