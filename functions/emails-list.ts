import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { callerOf } from './receive.ts';
import { refusalOf } from './refusal.ts';
import { serve } from './serve.ts';

/** `GET /emails`: the caller's messages, newest first, a page at a time. */
async function listEmails(request: HttpRequest): Promise<HttpResponseInit> {
  const caller = await callerOf(request, 'read');
  if (!caller.ok) return refusalOf(caller.problem);
  const page = await bridge.list(caller.value, new URL(request.url).searchParams);
  if (!page.ok) return refusalOf(page.problem);
  const { data, more } = page.value;
  return json(200, { object: 'list', has_more: more, data });
}

serve('emails-list', { methods: ['GET'], route: 'emails', refusal: refusalOf }, listEmails);
