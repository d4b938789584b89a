import type { HttpRequest } from '@azure/functions';
import { acsRefusal } from '../shared/dialects/acs.ts';
import { elsewhere, type Vendor } from '../shared/dialects/elsewhere.ts';
import { graphRefusal } from '../shared/dialects/graph.ts';
import { mailgunRefusal } from '../shared/dialects/mailgun.ts';
import { postmarkRefusal } from '../shared/dialects/postmark.ts';
import { sendGridRefusal } from '../shared/dialects/sendgrid.ts';
import { sesRefusal } from '../shared/dialects/ses-refusal.ts';
import type { RefusalResponse } from '../shared/http.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { newMessageId, uuidOf } from '../shared/platform/id.ts';
import { refuse, type Problem } from '../shared/platform/problem.ts';
import { refused } from './dialect.ts';
import { refusalOf } from './refusal.ts';
import { serve, served } from './serve.ts';

const everything = '{*path}';

const newId = () => newMessageId(systemClock.now());

const wordsOf: Readonly<Record<Vendor, (problem: Problem) => RefusalResponse>> = {
  resend: refusalOf,
  acs: refused(acsRefusal),
  graph: refused((problem) => graphRefusal(problem, uuidOf(newId()), systemClock.now())),
  mailgun: refused(mailgunRefusal),
  postmark: refused((problem) => postmarkRefusal(problem)),
  sendgrid: refused(sendGridRefusal),
  ses: refused((problem) => sesRefusal(problem, newId())),
};

/**
 * Whatever no other function takes. The host itself would answer 404 with an empty body, for a wrong method too: a path that another
 * function has was asked with a method it does not take. Clients of vendors are answered in their words.
 */
// The host takes the first match in alphabetical order of function names, so this one must sort last.
serve(
  'zz-not-found',
  { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], route: everything },
  nothing,
);

/** `GET /emails/metrics` would be a message of that name. */
serve('emails-from-elsewhere', { methods: ['GET'], route: 'emails/metrics' }, nothing);

function nothing(request: HttpRequest): RefusalResponse {
  const { pathname } = new URL(request.url);
  const there = served.filter(({ route }) => route !== everything && matches(route, pathname));
  const known = elsewhere(pathname, (name) => request.headers.get(name) ?? undefined);
  const methods = [...new Set(there.flatMap((one) => one.methods))];
  if (methods.length > 0 && !methods.some((method) => method === request.method)) {
    const allow = methods.join(', ');
    const { problem } = refuse('method-not-allowed', `Use ${allow} on this path.`);
    return refusalOf(problem, { allow });
  }
  const detail = 'Messages are submitted by POST /emails; /openapi.json describes the whole API.';
  const { problem } = refuse('not-found', known?.detail ?? detail);
  return known ? wordsOf[known.vendor](problem) : refusalOf(problem);
}

/** Whether a path is one of a template's, as the host matches them: by segments, in any case. */
function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/').filter(Boolean);
  const open = wanted.at(-1)?.startsWith('{*') === true;
  const fixed = open ? wanted.slice(0, -1) : wanted;
  return (
    (open ? given.length >= fixed.length : given.length === fixed.length) &&
    fixed.every((segment, i) => segment.startsWith('{') || segment.toLowerCase() === given[i]?.toLowerCase())
  );
}
