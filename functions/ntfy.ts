import * as ntfy from '../shared/alerts/protocols/ntfy.ts';
import { topicOf } from '../shared/alerts/protocols/protocol.ts';
import { ok } from '../shared/platform/problem.ts';
import { findHook, readHookBody, serveHook, visitOf, type Find } from './hook-call.ts';
import { serve } from './serve.ts';

const protocol = 'ntfy';

/**
 * The hook that the body names, as ntfy's publications in JSON do. The credential is looked at first, so that nobody without one has a
 * body read.
 */
const findTopic: Find = async (request, facts) => {
  const byKey = await visitOf(request, facts, undefined);
  if (!byKey.ok && byKey.problem.code !== 'not-found') return byKey;
  const body = await readHookBody(request, facts);
  if (!body.ok) return body;
  const topic = topicOf(body.value);
  // The name of its own hook tells nothing that its key did not.
  const known = topic === undefined || (byKey.ok && topic === byKey.value.hook.name);
  const visit = known ? byKey : await visitOf(request, facts, topic);
  return visit.ok ? ok({ visit: visit.value, body: body.value }) : visit;
};

/** `POST /ntfy`: a publication in JSON. */
serveHook('ntfy-json', { methods: ['POST', 'PUT'], route: 'ntfy', protocol }, findTopic);

const byTopic = findHook((request) => request.params['topic'] ?? '');

/** `/ntfy/{topic}`: a publication as ntfy takes it; the topic is the name of a hook. */
serveHook('ntfy-publish', { methods: ['GET', 'POST', 'PUT'], route: 'ntfy/{topic}', protocol }, byTopic);

/** `GET /ntfy/{topic}/publish`, for what can do no more than visit an address. */
for (const verb of ['publish', 'send', 'trigger']) {
  serveHook(`ntfy-${verb}-by-get`, { methods: ['GET'], route: `ntfy/{topic}/${verb}`, protocol }, byTopic);
}

serve('ntfy-health', { methods: ['GET'], route: 'ntfy/v1/health' }, () => ntfy.health);
