import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json, readFacts, type RefusalResponse } from '../shared/http.ts';
import { describeError } from '../shared/platform/log.ts';
import type { Problem } from '../shared/platform/problem.ts';
import { refusals } from '../shared/platform/refusals.ts';
import { bridge } from './bridge.ts';
import { recognised, serve } from './serve.ts';

const methods = ['GET', 'HEAD'] as const;

/** `GET /health/live`: the process answers. Touches nothing. */
serve('health-live', { methods, route: 'health/live' }, () => json(200, { status: 'pass' }));

/**
 * `GET /health/ready`: storage answers, so a submission would be accepted. Says no more than that to strangers; to an operator how the
 * credential stands as well. That never makes it fail: what is accepted while no token is to be had waits, and is sent later.
 */
serve('health-ready', { methods, route: 'health/ready' }, async (request) => {
  try {
    await bridge.warmUp();
    return await readiness(request);
  } catch (error) {
    bridge.log('error', 'health.not-ready', { error: describeError(error) });
    return json(503, { status: 'fail' });
  }
});

async function readiness(request: HttpRequest): Promise<HttpResponseInit> {
  const who = await bridge.authorizeOperator(readFacts(request, bridge.config.frontEnd), 'viewer');
  if (!who.ok) return toStranger(who.problem);
  recognised(request, who.value);
  const { status, name, kind, expiresAt, daysLeft, reason } = await bridge.credentialReport();
  const credential = {
    status,
    name,
    kind,
    expires_at: expiresAt?.toISOString() ?? null,
    days_left: daysLeft ?? null,
    ...(reason === undefined ? {} : { reason }),
  };
  const concerns = status === 'pass' ? 'pass' : 'warn';
  return json(200, { status: concerns, checks: { storage: { status: 'pass' }, credential } });
}

/** No probe fails for a key that is good for nothing here; but whoever tries keys stands in the audit trail as everywhere else. */
function toStranger(problem: Problem): HttpResponseInit | RefusalResponse {
  const answer = json(200, { status: 'pass' });
  const guessed =
    problem.code !== 'missing-credentials' && [401, 429].includes(refusals[problem.code].status);
  return guessed ? { ...answer, problem } : answer;
}
