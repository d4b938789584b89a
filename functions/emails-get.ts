import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { serve, submitter } from './serve.ts';

/** `GET /emails/{id}`: the status of a message and everything that happened to it. */
serve('emails-get', { methods: ['GET'], route: 'emails/{id}', who: submitter }, async ({ request, who }) => {
  const status = await bridge.status(who, request.params['id'] ?? '');
  return status.ok ? json(200, status.value) : status;
});
