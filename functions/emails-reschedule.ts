import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { serve, submitter } from './serve.ts';

/** `PATCH /emails/{id}`: has a message that waits sent at another time. */
serve(
  'emails-reschedule',
  { methods: ['PATCH'], route: 'emails/{id}', who: submitter, body: true },
  async ({ request, who, facts, body }) => {
    const id = request.params['id'] ?? '';
    const rescheduled = await bridge.reschedule(who, id, facts, body);
    return rescheduled.ok ? json(200, { object: 'email', id }) : rescheduled;
  },
);
