import { json } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { serve, submitter } from './serve.ts';

/** `POST /emails/batch`: accepts up to 100 messages, all or none. 202 only after they are durable. */
serve(
  'emails-batch',
  { methods: ['POST'], route: 'emails/batch', who: submitter, body: true },
  async ({ request, who, facts, body }) => {
    if (request.query.has('dry_run')) {
      const detail = 'A dry run takes one message: use POST /emails?dry_run=true. Nothing was accepted.';
      return refuse('invalid-submission', detail);
    }
    const accepted = await bridge.submitBatch(who, facts, body);
    if (!accepted.ok) return accepted;
    const data = accepted.value.map(({ id, estimatedAt }) => ({
      id,
      estimated_at: estimatedAt.toISOString(),
    }));
    const replayed = accepted.value.some((one) => one.replayed);
    return json(202, { object: 'list', data }, replayed ? { 'idempotency-replayed': 'true' } : {});
  },
);
