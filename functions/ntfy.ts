import { app } from '@azure/functions';
import * as ntfy from '../shared/alerts/protocols/ntfy.ts';
import { topicOf } from '../shared/alerts/protocols/protocol.ts';
import { ok } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { callHook, findHook, readHookBody, type Find } from './hook-call.ts';

/**
 * The hook that the body names, as ntfy's publications in JSON do. The credential is looked at first, so that nobody without one has a
 * body read.
 */
const findTopic: Find = async (request, facts) => {
  const byKey = await bridge.authorizeHook(facts, undefined);
  if (!byKey.ok && byKey.problem.code !== 'not-found') return byKey;
  const body = await readHookBody(request, facts);
  if (!body.ok) return body;
  const topic = topicOf(body.value);
  const visit = topic === undefined ? byKey : await bridge.authorizeHook(facts, topic);
  return visit.ok ? ok({ visit: visit.value, body: body.value }) : visit;
};

/** `POST /ntfy`: a publication in JSON. */
app.http('ntfy-json', {
  methods: ['POST', 'PUT'],
  route: 'ntfy',
  authLevel: 'anonymous',
  handler: (request) => callHook(request, findTopic, 'ntfy'),
});

/** `/ntfy/{topic}`: a publication as ntfy takes it; the topic is the name of a hook. */
app.http('ntfy-publish', {
  methods: ['GET', 'POST', 'PUT'],
  route: 'ntfy/{topic}',
  authLevel: 'anonymous',
  handler: (request) => callHook(request, findHook(request.params['topic'] ?? ''), 'ntfy'),
});

/** `GET /ntfy/{topic}/publish`, for what can do no more than visit an address. */
for (const verb of ['publish', 'send', 'trigger']) {
  app.http(`ntfy-${verb}-by-get`, {
    methods: ['GET'],
    route: `ntfy/{topic}/${verb}`,
    authLevel: 'anonymous',
    handler: (request) => callHook(request, findHook(request.params['topic'] ?? ''), 'ntfy'),
  });
}

app.http('ntfy-health', {
  methods: ['GET'],
  route: 'ntfy/v1/health',
  authLevel: 'anonymous',
  handler: () => ntfy.health,
});
