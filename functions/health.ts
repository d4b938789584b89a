import { app, type HttpResponseInit } from '@azure/functions';
import { describeError } from '../shared/platform/log.ts';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';

/** `GET /health/live`: the process answers. Touches nothing. */
app.http('health-live', {
  methods: ['GET', 'HEAD'],
  route: 'health/live',
  authLevel: 'anonymous',
  handler: () => json(200, { status: 'pass' }),
});

/** `GET /health/ready`: storage answers, so a submission would be accepted. Says no more than that to strangers. */
async function ready(): Promise<HttpResponseInit> {
  try {
    await bridge.warmUp();
    return json(200, { status: 'pass' });
  } catch (error) {
    bridge.log('error', 'health.not-ready', { error: describeError(error) });
    return json(503, { status: 'fail' });
  }
}

app.http('health-ready', {
  methods: ['GET', 'HEAD'],
  route: 'health/ready',
  authLevel: 'anonymous',
  handler: ready,
});
