import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { serve, submitter } from './serve.ts';

/** `POST /emails/{id}/cancel`: takes a message back that has not been sent. */
serve(
  'emails-cancel',
  { methods: ['POST'], route: 'emails/{id}/cancel', who: submitter },
  async ({ request, who }) => {
    const id = request.params['id'] ?? '';
    const cancelled = await bridge.cancel(who, id);
    return cancelled.ok ? json(200, { object: 'email', id }) : cancelled;
  },
);
